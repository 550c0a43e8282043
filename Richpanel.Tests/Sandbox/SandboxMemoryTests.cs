using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Privacy;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Wire;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Sandbox;

/// <summary>The sandbox on its own socket, asked as a sender asks Richpanel; what it makes of it is richpanel.md section 5.</summary>
public sealed class SandboxMemoryTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = new();
    private HttpClient _http = null!;

    public ValueTask InitializeAsync()
    {
        _ = _console.CreateClient();
        _http = new HttpClient { BaseAddress = new Uri($"http://{_console.Services.GetRequiredService<SandboxEndpoint>().Address}") };
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _console.DisposeAsync();
    }

    [Fact]
    public async Task Identify_makes_a_customer_and_updates_it()
    {
        await PostAsync("""{"event":"identify","did":"d1","userProperties":{"uid":"u1","email":"ann@example.com","firstName":"Ann","plan":"free"}}""");
        await PostAsync("""{"event":"identify","userProperties":{"uid":"u1","plan":"gold","vip":false}}""");

        var customer = Assert.Single(await Memory.CustomersAsync(Sight.Of(Actor.System), "u1", 10, Ct));
        Assert.Equal("ann@example.com", customer.Email);
        Assert.Equal("""{"uid":"u1","email":"ann@example.com","firstName":"Ann","plan":"gold","vip":false}""", Sorted(customer.Properties));
        Assert.Equal("u1", Assert.Single(await Memory.VisitorsAsync(Sight.Of(Actor.System), "d1", 10, Ct)).Uid);
    }

    [Fact]
    public async Task A_track_updates_the_email_of_a_customer_that_exists_and_makes_none()
    {
        await PostAsync("""{"event":"x","userProperties":{"uid":"nobody","email":"a@example.com"}}""");
        Assert.Empty(await Memory.CustomersAsync(Sight.Of(Actor.System), "nobody", 10, Ct));

        await PostAsync("""{"event":"identify","userProperties":{"uid":"u2","email":"old@example.com"}}""");
        await PostAsync("""{"event":"x","userProperties":{"uid":"u2","email":"new@example.com"}}""");
        Assert.Equal("new@example.com", Assert.Single(await Memory.CustomersAsync(Sight.Of(Actor.System), "u2", 10, Ct)).Email);
    }

    [Fact]
    public async Task Whoever_may_not_see_personal_data_reads_no_phone_that_is_an_id_in_rows_bodies_or_calls()
    {
        await PostAsync("""{"event":"identify","did":"5551234567","userProperties":{"uid":"4915112345678","email":"ann@example.com","other":4915112345678}}""");
        await PostAsync("""{"event":"x","did":"5551234567","eventId":"4915112345678","userProperties":{"uid":"4915112345678"}}""");

        var request = (await Memory.RequestsAsync(Sight.Masked, null, 10, Ct))[0];
        var detail = (await Memory.RequestAsync(Sight.Masked, request.Id, Ct))!;
        var timeline = await Memory.TimelineAsync(Sight.Masked, "4915112345678", null, null, 10, Ct);   // found by what is not shown
        var visitor = Assert.Single(await Memory.VisitorsAsync(Sight.Masked, "5551234567", 10, Ct));
        var customer = Assert.Single(await Memory.CustomersAsync(Sight.Masked, "4915112345678", 10, Ct));
        var session = Assert.Single(await Memory.SessionsAsync(Sight.Masked, "4915112345678", null, 10, Ct));
        string?[] shown =
        [
            Encoding.UTF8.GetString(detail.Request.Body), .. detail.Calls.Select(Core.Json.JsonTreeWriter.Write), .. timeline.SelectMany(one => new[] { one.Call, one.Uid, one.Did, one.EventId }),
            visitor.Did, visitor.Uid, customer.Uid, customer.Properties, session.Owner,
        ];

        Assert.Equal(("49•••78", "55•••67", 2), (customer.Uid, visitor.Did, timeline.Count));
        Assert.All(shown, text => Assert.DoesNotMatch("12345|5551234567", text));
        Assert.All(shown.OfType<string>().Where(text => text.StartsWith("{\"h\"", StringComparison.Ordinal)), body => Assert.DoesNotMatch("\"h\":\"[A-Za-z0-9+/]{20}", body));
    }

    [Fact]
    public async Task A_customers_name_is_made_of_all_that_was_said_of_it()
    {
        await PostAsync("""{"event":"identify","userProperties":{"uid":"u4","firstName":"Ann","lastName":"Lee"}}""");
        await PostAsync("""{"event":"identify","userProperties":{"uid":"u4","lastName":"Ray"}}""");

        Assert.Equal("Ann Ray", Assert.Single(await Memory.CustomersAsync(Sight.Of(Actor.System), "u4", 10, Ct)).Name);
    }

    [Fact]
    public async Task A_page_updates_the_email_of_a_customer_that_exists_and_nothing_else_of_them()
    {
        await PostAsync("""{"event":"identify","userProperties":{"uid":"u3","email":"old@example.com","plan":"gold"}}""");
        await PostAsync("""{"event":"page_view","userProperties":{"uid":"u3","email":"new@example.com","plan":"none","name":"Nobody"}}""");
        await PostAsync("""{"event":"page_view","userProperties":{"uid":"u3"}}""");

        var customer = Assert.Single(await Memory.CustomersAsync(Sight.Of(Actor.System), "u3", 10, Ct));
        Assert.Equal(("new@example.com", null), (customer.Email, customer.Name));
        Assert.Equal("""{"uid":"u3","email":"old@example.com","plan":"gold"}""", Sorted(customer.Properties));   // as identify said it
    }

    [Fact]
    public async Task A_device_without_a_customer_is_a_visitor_until_an_identify_names_one()
    {
        await PostAsync("""{"event":"page_view","did":"d5"}""");
        await PostAsync("""{"event":"identify","did":"d5","userProperties":{"email":"ann@example.com"}}""");

        Assert.Null(Assert.Single(await Memory.VisitorsAsync(Sight.Of(Actor.System), "d5", 10, Ct)).Uid);
        Assert.Empty(await Memory.CustomersAsync(Sight.Of(Actor.System), null, 10, Ct));

        await PostAsync("""{"event":"order","did":"d5","userProperties":{"uid":"u5"}}""");
        Assert.Null(Assert.Single(await Memory.VisitorsAsync(Sight.Of(Actor.System), "d5", 10, Ct)).Uid);
        Assert.Empty(await Memory.CustomersAsync(Sight.Of(Actor.System), null, 10, Ct));

        await PostAsync("""{"event":"identify","did":"d5","userProperties":{"uid":"u5"}}""");
        var visitor = Assert.Single(await Memory.VisitorsAsync(Sight.Of(Actor.System), "d5", 10, Ct));
        Assert.Equal("u5", visitor.Uid);
        Assert.True(visitor.LastSeen > visitor.FirstSeen);
        Assert.Single(await Memory.CustomersAsync(Sight.Of(Actor.System), "u5", 10, Ct));
        Assert.Equal(4, (await Memory.TimelineAsync(Sight.Of(Actor.System), null, "d5", null, 10, Ct)).Count);
    }

    [Fact]
    public async Task A_batch_is_taken_call_by_call_in_its_order()
    {
        const string Batch = """
            {"event":"send_batch","events":[
                {"event":"identify","did":"d7","eventId":"e1","userProperties":{"uid":"u7","email":"one@example.com"}},
                {"event":"page_view","did":"d7","eventId":"e2","userProperties":{"uid":"u7","email":"two@example.com"}},
                {"event":"order","did":"d7","eventId":"e1","userProperties":{"uid":"u7"}}]}
            """;

        using var answer = await _http.PostAsJsonAsync("/v3/bt", new { hs = Convert.ToBase64String(Encoding.UTF8.GetBytes(Batch)) }, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("two@example.com", Assert.Single(await Memory.CustomersAsync(Sight.Of(Actor.System), "u7", 10, Ct)).Email);
        Assert.Equal([("order", true), ("page_view", false), ("identify", false)], (await Memory.TimelineAsync(Sight.Of(Actor.System), "u7", null, null, 10, Ct)).Select(e => (e.Name, e.Repeat)));
        Assert.Equal(3, Assert.Single(await Memory.SessionsAsync(Sight.Of(Actor.System), "u7", null, 10, Ct)).Events);
        Assert.Equal(3, Assert.Single(await Memory.RequestsAsync(Sight.Of(Actor.System), null, 10, Ct)).Calls);
    }

    [Fact]
    public async Task Many_senders_at_once_lose_nothing_of_one_customer()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            PostAsync($$$"""{"event":"identify","did":"d{{{i % 3}}}","eventId":"e{{{i % 50}}}","userProperties":{"uid":"u8","p{{{i}}}":1},"time":{"originalTimestamp":1700000000000}}""")));

        Assert.Equal(101, System.Text.Json.JsonElement.Parse(Assert.Single(await Memory.CustomersAsync(Sight.Of(Actor.System), "u8", 10, Ct)).Properties).EnumerateObject().Count());
        Assert.Equal(3, (await Memory.VisitorsAsync(Sight.Of(Actor.System), null, 10, Ct)).Count);
        Assert.Equal(100, Assert.Single(await Memory.SessionsAsync(Sight.Of(Actor.System), "u8", null, 10, Ct)).Events);
        Assert.Equal(50, (await Memory.TimelineAsync(Sight.Of(Actor.System), "u8", null, null, 1000, Ct)).Count(e => e.Repeat));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_of_long_ago_joins_no_session_of_today(bool inOneBatch)
    {
        string[] calls =
        [
            """{"event":"today","did":"d10","time":{"originalTimestamp":1760000000000}}""",
            """{"event":"long ago","did":"d10","time":{"originalTimestamp":1700000000000}}""",
            """{"event":"just before","did":"d10","time":{"originalTimestamp":1759999000000}}""",
        ];
        if (inOneBatch)
        {
            var batch = $$"""{"event":"send_batch","events":[{{string.Join(',', calls)}}]}""";
            using var answer = await _http.PostAsJsonAsync("/v2/bt", new { hs = Convert.ToBase64String(Encoding.UTF8.GetBytes(batch)) }, Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        foreach (var call in inOneBatch ? [] : calls)
        {
            await PostAsync(call);
        }

        var sessions = await Memory.SessionsAsync(Sight.Of(Actor.System), null, "d10", 10, Ct);

        Assert.Equal([(1, 1_700_000_000_000, 1_700_000_000_000), (2, 1_759_999_000_000, 1_760_000_000_000)],
            sessions.Select(s => (s.Events, s.StartedAt.ToUnixTimeMilliseconds(), s.LastAt.ToUnixTimeMilliseconds())));
    }

    [Fact]
    public async Task Calls_within_the_assumed_gap_are_one_session_and_a_session_id_is_another()
    {
        await PostAsync("""{"event":"a","did":"d9","time":{"originalTimestamp":1700000000000}}""");
        await PostAsync("""{"event":"b","did":"d9","time":{"originalTimestamp":1700001800000}}""");
        await PostAsync("""{"event":"c","did":"d9","time":{"originalTimestamp":1700010000000}}""");
        await PostAsync("""{"event":"d","did":"d9","sid":"s1","time":{"originalTimestamp":1700010000000}}""");

        var sessions = await Memory.SessionsAsync(Sight.Of(Actor.System), null, "d9", 10, Ct);
        Assert.Equal([("s1", 1), (null, 1), (null, 2)], sessions.Select(session => (session.Sid, session.Events)));
    }

    [Fact]
    public async Task A_repeated_event_id_is_marked_and_the_newest_comes_first()
    {
        await PostAsync("""{"event":"first","eventId":"e1","did":"d"}""");
        await PostAsync("""{"event":"again","eventId":"e1","did":"d"}""");

        var timeline = await Memory.TimelineAsync(Sight.Of(Actor.System), null, "d", null, 10, Ct);
        Assert.Equal([("again", true), ("first", false)], timeline.Select(e => (e.Name, e.Repeat)));
    }

    [Fact]
    public async Task Richpanels_patience_is_simulated_200_to_anything_with_what_is_wrong_on_record()
    {
        using var answer = await _http.PostAsync(new Uri("/v3/t", UriKind.Relative), new StringContent("rubbish"), Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var request = Assert.Single(await Memory.RequestsAsync(Sight.Of(Actor.System), null, 10, Ct));
        Assert.False(request.KeepsContract);
        Assert.Equal("/v3/t", request.Path);
    }

    [Fact]
    public async Task A_scenario_answers_instead_and_takes_nothing_over()
    {
        _console.Services.GetRequiredService<SandboxScenarios>().Set(new SandboxScenario([new SandboxStep(429, RetryAfterSeconds: 7), new SandboxStep(Fault: SandboxFault.Html)]));

        using var first = await SendAsync("""{"event":"identify","userProperties":{"uid":"u5"}}""");
        using var second = await SendAsync("""{"event":"identify","userProperties":{"uid":"u5"}}""");

        Assert.Equal("7", first.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.TooManyRequests, first.StatusCode);
        Assert.StartsWith("<!doctype html>", await second.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Empty(await Memory.CustomersAsync(Sight.Of(Actor.System), "u5", 10, Ct));
        Assert.Equal(2, (await Memory.RequestsAsync(Sight.Of(Actor.System), null, 10, Ct)).Count);
    }

    [Theory]
    [InlineData(SandboxFault.Reset)]
    [InlineData(SandboxFault.Half)]
    public async Task A_fault_of_the_network_cuts_the_answer(SandboxFault fault)
    {
        _console.Services.GetRequiredService<SandboxScenarios>().Set(new SandboxScenario([new SandboxStep(Fault: fault)]));

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var answer = await SendAsync("""{"event":"x","did":"d"}""");
        });
    }

    [Theory]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(304)]
    [InlineData(404)]
    [InlineData(599)]
    public async Task Every_status_a_scenario_may_name_is_answered(int status)
    {
        _console.Services.GetRequiredService<SandboxScenarios>().Set(new SandboxScenario([new SandboxStep(status)]));

        using var answer = await SendAsync("""{"event":"x","did":"d"}""");

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Clearing_forgets_everything()
    {
        await PostAsync("""{"event":"identify","did":"d","userProperties":{"uid":"u"}}""");

        await _console.Services.GetRequiredService<SandboxStore>().ClearAsync(Ct);

        Assert.Empty(await Memory.RequestsAsync(Sight.Of(Actor.System), null, 10, Ct));
        await using var context = _console.Services.GetRequiredService<SandboxStore>().CreateDbContext();
        Assert.Equal(0, await context.Customers.CountAsync(Ct) + await context.Visitors.CountAsync(Ct) + await context.Sessions.CountAsync(Ct) + await context.Events.CountAsync(Ct));
    }

    [Fact]
    public async Task On_the_public_address_key_and_signature_are_asked_for()
    {
        await using var open = new ConsoleUnderTest(new Dictionary<string, string?> { ["Sandbox:Public"] = "true" });
        using var client = open.CreateClient();

        using var answer = await client.PostAsJsonAsync("/v2/t", new { h = "e30=" }, Ct);
        using var closed = await _console.CreateClient().PostAsJsonAsync("/v2/t", new { h = "e30=" }, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains(closed.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed });
    }

    [Fact]
    public async Task On_the_public_address_nobody_is_let_in_while_the_connection_has_no_secret()
    {
        await using var open = new ConsoleUnderTest(new Dictionary<string, string?> { ["Sandbox:Public"] = "true" });
        using var client = open.CreateClient();
        await open.Writer.WriteAsync(session => session.Execute("""UPDATE "Connections" SET "ProtectedSecret"=NULL WHERE "IsSandbox"=1"""));
        await open.Directory.ReloadAsync(Ct);
        var apiKey = open.Directory.Connections.Single(connection => connection.IsSandbox).ApiKey;

        using var answer = await client.PostAsJsonAsync("/v2/t", new { h = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"appClientId":"{{apiKey}}","event":"x","did":"d"}""")) }, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SandboxQueries Memory => _console.Services.GetRequiredService<SandboxQueries>();

    private async Task PostAsync(string call)
    {
        using var answer = await SendAsync(call);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task<HttpResponseMessage> SendAsync(string call) =>
        _http.PostAsJsonAsync("/v2/t", new { h = Convert.ToBase64String(Encoding.UTF8.GetBytes(call)) }, Ct);

    /// <summary>uid, email, firstName, plan, vip: the order in which they first or last came does not matter.</summary>
    private static string Sorted(string json)
    {
        var members = System.Text.Json.JsonElement.Parse(json).EnumerateObject().OrderBy(member => Array.IndexOf(["uid", "email", "firstName", "plan", "vip"], member.Name));
        return "{" + string.Join(',', members.Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}")) + "}";
    }
}
