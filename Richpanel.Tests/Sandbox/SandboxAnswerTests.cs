using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Privacy;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Wire;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Sandbox;

/// <summary>What the sandbox answers by its scenario, and that it remembers exactly that.</summary>
public sealed class SandboxAnswerTests : IAsyncLifetime
{
    private static readonly Sight s_clear = Sight.Of(Actor.System);

    private readonly ConsoleUnderTest _console = new();
    private readonly HttpClient _http = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _ = _console.CreateClient();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _console.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_step_answers_with_its_status_body_headers_and_retry_after_and_all_of_it_is_remembered()
    {
        Set(new SandboxStep(429, RetryAfterSeconds: 7, Body: "wait", Headers: new Dictionary<string, string> { ["X-Trace"] = "t-1", ["Content-Type"] = "text/plain" }));

        using var answer = await PostAsync(request => request.Headers.Add("Authorization", "Bearer planted-secret"));

        Assert.Equal((429, "wait", "t-1", "text/plain", "7"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct),
            answer.Headers.GetValues("X-Trace").Single(), answer.Content.Headers.ContentType?.MediaType, answer.Headers.GetValues("Retry-After").Single()));
        var detail = await AnsweredAsync(1);
        Assert.Equal((429, 1, "POST", false), (detail.Request.Status, detail.Request.StepNumber, detail.Request.Method, detail.Request.SenderLeft));
        Assert.Equal("wait", Encoding.UTF8.GetString(detail.Answer!.Body));
        Assert.Contains(new KeyValuePair<string, string>("X-Trace", "t-1"), detail.Answer.Headers);
        Assert.Contains("Content-Type: application/json", detail.Request.Headers, StringComparison.Ordinal);
        Assert.Contains("Authorization: (hidden)", detail.Request.Headers, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-secret", detail.Request.Headers, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_request_of_no_step_is_richpanels_own_answer()
    {
        using var answer = await PostAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var detail = await AnsweredAsync(1);
        Assert.Null(detail.Request.StepNumber);
        Assert.Equal("{}", Encoding.UTF8.GetString(detail.Answer!.Body));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cut_connection_and_half_an_answer_are_remembered_as_such()
    {
        Set(new SandboxStep(Fault: SandboxFault.Reset), new SandboxStep(Fault: SandboxFault.Half));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => PostAsync());
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => PostAsync());

        Assert.Equal((0, 0), (await AnsweredAsync(1) is { } cut ? (cut.Request.Status, cut.Answer!.Status) : default));
        var half = await AnsweredAsync(2);
        Assert.True(half.Answer is { Status: 200, CutAfter: true });
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sender_that_does_not_wait_is_told_from_one_that_does()
    {
        Set(new SandboxStep(DelayMs: 30_000));
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var sending = PostAsync(ct: impatient.Token);
        while (await Queries.RequestAsync(s_clear, 1, Ct) is null)
        {
            await Task.Yield();
        }

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        var detail = await AnsweredAsync(1);
        Assert.True(detail.Request is { SenderLeft: true, TookMs: < 30_000 });
    }

    [Theory]
    [InlineData("X-Ok", "fine", null)]
    [InlineData("Content-Length", "3", "headers")]
    [InlineData("bad name", "x", "headers")]
    [InlineData("X-Bad", "line\r\nbreak", "headers")]
    public void A_header_that_would_break_an_answer_is_refused(string name, string value, string? field) =>
        Assert.Equal(field is null ? [] : [field], new SandboxScenario([new SandboxStep(Headers: new Dictionary<string, string> { [name] = value })]).StepFaults().Select(fault => fault.Field));

    [Theory]
    [InlineData(200, SandboxFault.Html, "body")]
    [InlineData(204, SandboxFault.None, "body")]
    [InlineData(200, SandboxFault.None, null)]
    public void A_body_is_refused_where_none_is_sent(int status, SandboxFault fault, string? field) =>
        Assert.Equal(field is null ? [] : [field], new SandboxScenario([new SandboxStep(status, Fault: fault, Body: "x")]).StepFaults().Select(one => one.Field));

    [Fact(Timeout = 60_000)]
    public async Task The_export_is_one_document_masked_by_role_and_a_line_of_the_change_log()
    {
        using (await PostAsync(call: """{"appClientId":"k","event":"identify","did":"d-1","userProperties":{"uid":"jane@example.com","email":"jane@example.com"},"time":{"originalTimestamp":1700000000000,"sentAt":1700000001000}}"""))
        {
            await AnsweredAsync(1);
        }

        var whole = await ExportAsync(Actor.System);
        Assert.Equal("jane@example.com", whole.GetProperty("customers")[0].GetProperty("uid").GetString());
        Assert.Equal(
            (1, 1, 1, 1), (whole.GetProperty("requests").GetArrayLength(), whole.GetProperty("visitors").GetArrayLength(), whole.GetProperty("sessions").GetArrayLength(), whole.GetProperty("events").GetArrayLength()));
        var masked = await ExportAsync(new Actor(ActorKind.Person, 1, "Vera", Role.Viewer));
        Assert.True(masked.GetProperty("masked").GetBoolean());
        Assert.DoesNotContain("jane", masked.GetRawText(), StringComparison.OrdinalIgnoreCase);
        await using var context = _console.Read();
        Assert.Equal(2, context.ChangeLog.Count(line => line.Action == "sandbox.exported"));
    }

    private SandboxQueries Queries => _console.Services.GetRequiredService<SandboxQueries>();

    private async Task<JsonElement> ExportAsync(Actor by)
    {
        using var stream = new MemoryStream();
        await _console.Services.GetRequiredService<SandboxExport>().WriteAsync(by, stream, Ct);
        return JsonElement.Parse(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private void Set(params SandboxStep[] steps)
    {
        var scenario = new SandboxScenario(steps);
        Assert.Empty(scenario.Faults());
        _console.Services.GetRequiredService<SandboxScenarios>().Set(scenario);
    }

    /// <summary>The request once how it was answered is written, too; the time-out ends a vain wait.</summary>
    private async Task<SandboxRequestDetail> AnsweredAsync(long id)
    {
        while (true)
        {
            if (await Queries.RequestAsync(s_clear, id, Ct) is { Request.TookMs: not null } detail)
            {
                return detail;
            }

            await Task.Yield();
        }
    }

    private async Task<HttpResponseMessage> PostAsync(Action<HttpRequestMessage>? also = null, string call = """{"event":"x","did":"d"}""", CancellationToken? ct = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{_console.Services.GetRequiredService<SandboxEndpoint>().Address}/v2/t"))
        {
            Content = JsonContent.Create(new { h = Convert.ToBase64String(Encoding.UTF8.GetBytes(call)) }),
        };
        also?.Invoke(request);
        return await _http.SendAsync(request, ct ?? Ct);
    }
}
