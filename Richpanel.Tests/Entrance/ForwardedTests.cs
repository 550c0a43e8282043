using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Console.Entrance;
using Richpanel.Core.Receiving;

namespace Richpanel.Tests.Entrance;

/// <summary>Who is believed about where a request came from.</summary>
public sealed class ForwardedTests
{
    private const string Visitor = "203.0.113.9";

    [Theory(Timeout = 60_000)]
    [InlineData("127.0.0.0/8 ::1", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.0/8 ::1", "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.0/8, 203.0.113.9", "198.51.100.1, 203.0.113.9", "198.51.100.1")]
    [InlineData("127.0.0.0/8 ::1", "127.0.0.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "203.0.113.9", "127.0.0.1")]
    [InlineData("", "203.0.113.9", "127.0.0.1")]
    [InlineData("127.0.0.0/8 ::1", "not-an-address", "127.0.0.1")]
    public async Task The_address_is_the_last_one_that_no_known_proxy_has(string known, string header, string address)
    {
        await using var product = new EntranceUnderTest(new() { ["Proxies:Known"] = known });

        using var refused = await product.SendAsync(HttpMethod.Post, "/v1/track", ("X-Forwarded-For", header));

        await product.App.Services.GetRequiredService<Refusals>().FlushAsync();
        await using var context = product.App.Read();
        Assert.Equal(address, (await context.RejectedRequests.SingleAsync(TestContext.Current.CancellationToken)).Address);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("127.0.0.0/8 ::1", "https", HttpStatusCode.OK)]
    [InlineData("127.0.0.0/8 ::1", "http", HttpStatusCode.Forbidden)]
    public async Task Pages_open_for_a_visitor_whose_known_proxy_says_that_the_line_is_secret(string known, string proto, HttpStatusCode status)
    {
        await using var product = new EntranceUnderTest(new() { ["Proxies:Known"] = known });

        using var answer = await product.GetAsync("/sign-in", ("X-Forwarded-For", Visitor), ("X-Forwarded-Proto", proto));

        Assert.Equal(status, answer.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("127.0.0.0/8 ::1", null, "http")]
    [InlineData("127.0.0.0/8 ::1", "https", "https")]
    [InlineData("10.0.0.1", "https", "http")]
    [InlineData("", "https", "http")]
    public async Task Settings_for_a_browser_name_the_protocol_it_came_by_and_believe_only_a_known_proxy(string known, string? proto, string protocol)
    {
        await using var product = new EntranceUnderTest(new() { ["Proxies:Known"] = known });
        var source = await product.App.AddSourceAsync();

        using var answer = await product.GetAsync(
            $"/v1/projects/{source.WriteKey}/settings", proto is null ? [] : [("X-Forwarded-For", Visitor), ("X-Forwarded-Proto", proto)]);

        var settings = System.Text.Json.JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(protocol, settings.GetProperty("integrations").GetProperty("Segment.io").GetProperty("protocol").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_forwarded_host_is_believed_of_nobody()
    {
        await using var product = new EntranceUnderTest();

        using var answer = await product.GetAsync("/", ("X-Forwarded-For", Visitor), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"));

        Assert.DoesNotContain("evil.example", answer.Headers.ToString(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-For", "::1")]
    [InlineData("X-Forwarded-Proto", "http")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Original-For", "127.0.0.1:5")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    public async Task What_carried_forwarding_headers_is_never_somebody_at_this_machine(string header, string value)
    {
        await using var product = new EntranceUnderTest(environment: "Development");
        using var direct = await product.GetAsync("/deliveries");
        using var forwarded = await product.GetAsync("/deliveries", (header, value));

        Assert.Equal(HttpStatusCode.OK, direct.StatusCode);
        Assert.Contains(forwarded.StatusCode, new[] { HttpStatusCode.Redirect, HttpStatusCode.Forbidden });
    }

    [Fact(Timeout = 60_000)]
    public async Task The_switch_of_the_framework_that_believes_everybody_believes_only_known_proxies()
    {
        await using var product = new EntranceUnderTest(new() { ["FORWARDEDHEADERS_ENABLED"] = "true", ["ForwardedHeaders_Enabled"] = "true", ["Proxies:Known"] = "" });

        using var refused = await product.SendAsync(HttpMethod.Post, "/v1/track", ("X-Forwarded-For", Visitor));

        await product.App.Services.GetRequiredService<Refusals>().FlushAsync();
        await using var context = product.App.Read();
        Assert.Equal("127.0.0.1", (await context.RejectedRequests.SingleAsync(TestContext.Current.CancellationToken)).Address);
    }

    [Theory]
    [InlineData("10.0.0.0/8 nowhere", "'nowhere' is neither")]
    [InlineData("172.17.0.1/16", "'172.17.0.1/16' is neither")]
    [InlineData("0.0.0.0/0", "is everybody")]
    [InlineData("::/0", "is everybody")]
    public void A_list_that_cannot_be_right_keeps_the_product_from_starting_and_says_which_entry(string known, string words)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Proxies:Known", known)]).Build());
        services.AddEntrance();
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.StartsWith("Proxies:Known: ", Assert.Single(failure.Failures), StringComparison.Ordinal);
        Assert.Contains(words, Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_is_this_machine_alone() => Assert.Equal("127.0.0.0/8 ::1", new ProxyOptions().Known);
}
