using System.Globalization;
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

        var step = scenarios.Next();
        await store.KeepAsync(
            new SandboxRequest
            {
                At = time.GetUtcNow(),
                Path = http.Request.Path,
                Body = body,
                Status = step.Fault == SandboxFault.Reset ? 0 : step.Status,
                Calls = report.Calls.Count,
                Event = report.Calls.Count > 0 ? report.Calls[0]["event"]?.AsText() : null,
                KeepsContract = report.KeepsContract,
                Findings = SandboxStore.FindingsJson(report),
                Taken = step is { Status: >= 200 and < 300, Fault: SandboxFault.None },
            },
            report,
            http.RequestAborted);
        await PlayAsync(http, step);
    }

    private async Task PlayAsync(HttpContext http, SandboxStep step)
    {
        if (step.DelayMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(step.DelayMs), time, http.RequestAborted);
        }

        http.Response.StatusCode = step.Status;
        if (step.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        switch (step.Fault)
        {
            case SandboxFault.Reset:
                http.Abort();
                break;
            case SandboxFault.Half:
                http.Response.ContentLength = 1000;
                await http.Response.WriteAsync("{\"half\":", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                http.Abort();
                break;
            case SandboxFault.Html:
                http.Response.ContentType = "text/html";
                await http.Response.WriteAsync("<!doctype html><title>Sign in</title><p>This is not Richpanel.", http.RequestAborted);
                break;
            case SandboxFault.Garbage:
                http.Response.ContentType = "application/octet-stream";
                await http.Response.Body.WriteAsync(new byte[] { 0xff, 0xfe, 0x00, 0x80, 0x1b }, http.RequestAborted);
                break;
            default:
                if (step.Status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
                {
                    break;   // these have no body; the server would refuse to write one
                }

                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(step.Status < 400 ? "{}" : $$"""{"message":"Answered {{step.Status}} by the sandbox's scenario."}""", http.RequestAborted);
                break;
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
