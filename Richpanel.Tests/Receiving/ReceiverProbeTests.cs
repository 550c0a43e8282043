using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Richpanel.Console.Receiver;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;
using Richpanel.Core.Wire;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>The product's test of its own door says what really happened, whatever answers.</summary>
public sealed class ReceiverProbeTests
{
    private const string Address = "https://events.example.com/v1/track";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, "application/json", """{"success":true}""", "Kept", "Let in and kept.")]
    [InlineData(401, "application/json", """{"success":false,"code":"unknown_source","message":"m","error":"m"}""", "Refused", "Unknown write key")]
    [InlineData(200, "text/html", "<html>Welcome", "Stranger", "Something else answered with text/html")]
    [InlineData(200, "application/json", "{}", "Stranger", "Something else answered")]
    [InlineData(200, "application/json", "[]", "Stranger", "Something else answered")]
    [InlineData(502, "text/html", "<html>Bad gateway", "Stranger", "not this receiver")]
    [InlineData(500, "application/json", """{"success":true}""", "Stranger", "not this receiver")]
    public void An_answer_is_judged_by_what_it_is(int status, string type, string body, string verdict, string says)
    {
        var outcome = ProbeOutcome.Of(Address, status, type, null, Encoding.UTF8.GetBytes(body), 12);

        Assert.Equal(verdict, outcome.Verdict.ToString());
        Assert.Contains(says, outcome.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_redirect_is_not_followed_and_says_where_it_leads() =>
        Assert.Contains("redirects to https://www.example.com/", ProbeOutcome.Of(Address, 301, null, "https://www.example.com/", [], 1).Words, StringComparison.Ordinal);

    [Fact(Timeout = 60_000)]
    public async Task The_sandboxs_own_source_is_let_in_and_a_source_that_refuses_the_address_says_so()
    {
        await using var console = Listening();
        var sandbox = console.Directory.Sources.First(source => console.Directory.Find(source.ConnectionId)!.IsSandbox);
        Assert.Equal(ProbeVerdict.Kept, (await SendAsync(console, sandbox)).Verdict);

        var narrow = await console.AddSourceAsync("Shop", shop => shop.Environment = ConnectionEnvironment.Staging, source => source.AllowedAddresses = "203.0.113.7");
        var refused = await SendAsync(console, console.Directory.FindSource(narrow.SourceId)!);

        Assert.Equal((ProbeVerdict.Refused, 403), (refused.Verdict, refused.Status));
        Assert.Contains("Address not allowed", refused.Words, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_source_that_demands_signatures_gets_a_signed_test_and_no_other_connection_sends_it_on()
    {
        await using var console = Listening();
        var shop = await console.AddSourceAsync("Shop", null, source => source.RequiresSignature = true, webhookSecret: "shared");

        var outcome = await SendAsync(console, console.Directory.FindSource(shop.SourceId)!);

        Assert.Equal(ProbeVerdict.Kept, outcome.Verdict);
        await console.ExpandedAsync();
        await using var context = console.Read();
        var id = Assert.Single(context.Deliveries.Where(delivery => delivery.ConnectionId == shop.ConnectionId).Select(delivery => delivery.Id).ToList());
        var settled = await console.Services.GetRequiredService<Core.Deliveries.DeliveryActions>().WaitForOutcomeAsync(id, 0, TimeSpan.FromSeconds(20), Ct);
        Assert.Equal((Core.Deliveries.DeliveryState.Skipped, "filtered_by_integrations"), (settled!.State, settled.Cause));
    }

    [Fact(Timeout = 60_000)]
    public async Task With_a_public_address_the_test_goes_there_and_what_stands_there_is_told()
    {
        await using var closed = Listening(("Receiver:PublicUrl", "http://127.0.0.1:9"));
        var nothing = await SendAsync(closed, closed.Directory.Sources[0]);
        Assert.Equal((ProbeVerdict.Unreachable, "http://127.0.0.1:9/v1/track"), (nothing.Verdict, nothing.Address));
        Assert.Contains("Nothing listens there", nothing.Words, StringComparison.Ordinal);

        await using var other = Listening(("Receiver:PublicUrl", $"http://{closed.Services.GetRequiredService<SandboxEndpoint>().Address}/"));
        Assert.Equal(ProbeVerdict.Stranger, (await SendAsync(other, other.Directory.Sources[0])).Verdict);
    }

    [Theory]
    [InlineData("events.example.com")]
    [InlineData("ftp://events.example.com")]
    [InlineData("https://events.example.com/?a=b")]
    [InlineData("https://user:pass@events.example.com")]
    public void A_public_address_that_is_none_stops_the_start_with_its_name(string url)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Receiver:PublicUrl", url)]).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(settings).AddLogging().AddReceiver().BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("Receiver:PublicUrl must be an address", failure.Message, StringComparison.Ordinal);
    }

    private static ConsoleUnderTest Listening(params ReadOnlySpan<(string Key, string Value)> settings)
    {
        var all = new Dictionary<string, string?>();
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var console = new ConsoleUnderTest(all);
        console.UseKestrel(0);
        console.StartServer();
        return console;
    }

    private static async Task<ProbeOutcome> SendAsync(ConsoleUnderTest console, Source source) =>
        await console.Services.GetRequiredService<ReceiverProbe>().SendAsync(await console.Services.GetRequiredService<ReceiverTest>().MakeAsync(Actor.System, source), Ct);
}
