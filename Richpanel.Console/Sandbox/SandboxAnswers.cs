using Richpanel.Core.Connections;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>Answers one request as Richpanel would, or as the scenario says, and remembers it.</summary>
public sealed class SandboxAnswers(
    SandboxStore store, SandboxScenarios scenarios, ConnectionDirectory directory, SecretProtector secrets, TimeProvider time)
{
    /// <summary>Stands for a secret that cannot be read: no signature fits it.</summary>
    private static readonly string Unknown = Guid.NewGuid().ToString();

    private readonly SandboxBody _bodies = new(time);

    /// <summary>On the public address key and signature are required; on the loopback socket Richpanel's own patience is simulated: 200 to anything.</summary>
    public async Task AnswerAsync(HttpContext http, bool demandKeys)
    {
        var started = time.GetTimestamp();
        var keys = Keys();
        if (demandKeys && keys.ApiSecret is null)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;   // nobody can sign now, so nobody's body is read
            return;
        }

        var read = await _bodies.ReadAsync(http.Request, ofStrangers: demandKeys);
        if (read.Body is not { } body)
        {
            http.Response.StatusCode = read.Status;
            http.Response.Headers.RetryAfter = read.Status == StatusCodes.Status429TooManyRequests ? "1" : default(Microsoft.Extensions.Primitives.StringValues);
            return;
        }

        ContractReport report;
        try
        {
            report = SandboxContract.Check(http.Request.Path, http.Request.ContentType, body, keys);
        }
        finally
        {
            _bodies.GiveBack(read);
        }

        if (demandKeys && !(report.Passed("key") && report.Passed("signature")))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var (step, number) = scenarios.Next();
        var request = RequestOf(http.Request, body, report, step, number);
        await store.KeepAsync(request, report, http.RequestAborted);
        var left = false;
        try
        {
            await PlayAsync(http, step);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            left = true;
            throw;
        }
        finally
        {
            store.Answered(request.Id, (int)time.GetElapsedTime(started).TotalMilliseconds, left);
        }
    }

    private SandboxRequest RequestOf(HttpRequest http, byte[] body, ContractReport report, SandboxStep step, int? number) => new()
    {
        At = time.GetUtcNow(),
        Method = http.Method,
        Path = http.Path,
        Headers = SandboxHeaders.Text(http.Headers.Select(header => new KeyValuePair<string, string>(header.Key, header.Value.ToString()))),
        Body = body,
        Status = SandboxAnswer.Of(step).Status,
        Step = SandboxAnswer.Write(step),
        StepNumber = number,
        Calls = report.Calls.Count,
        Event = report.Calls.Count > 0 ? report.Calls[0]["event"]?.AsText() : null,
        KeepsContract = report.KeepsContract,
        Findings = SandboxStore.FindingsJson(report),
        Taken = step is { Status: >= 200 and < 300, Fault: SandboxFault.None },
    };

    private async Task PlayAsync(HttpContext http, SandboxStep step)
    {
        if (step.DelayMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(step.DelayMs), time, http.RequestAborted);
        }

        var answer = SandboxAnswer.Of(step);
        if (answer.Status == 0)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers.Append(name, value);
        }

        if (answer.Body.Length > 0)
        {
            await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
        }

        if (answer.CutAfter)
        {
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
        }
    }

    private ContractKeys Keys()
    {
        var connection = directory.Connections.FirstOrDefault(c => c.IsSandbox);
        return connection is null
            ? new ContractKeys("", null, SignatureHash.Sha256)
            : new ContractKeys(
                connection.ApiKey, connection.ProtectedSecret is { } secret ? secrets.Open(secret) ?? Unknown : null, connection.SignatureHash);
    }
}
