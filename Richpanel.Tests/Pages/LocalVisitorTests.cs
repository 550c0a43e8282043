using System.Net;
using Microsoft.AspNetCore.Http;
using Richpanel.Console.Shared;

namespace Richpanel.Tests.Pages;

public sealed class LocalVisitorTests
{
    [Theory]
    [InlineData("127.0.0.1", "localhost:5080")]
    [InlineData("127.0.0.1", "LOCALHOST")]
    [InlineData("127.0.0.9", "127.0.0.1:5080")]
    [InlineData("::1", "[::1]:5080")]
    [InlineData("::ffff:127.0.0.1", "localhost")]
    public void This_machine_may_see_pages(string peer, string host) => Assert.Null(LocalVisitor.Refusal(Request(peer, host)));

    [Theory]
    [InlineData("192.168.1.7")]
    [InlineData("8.8.8.8")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fe80::1")]
    public void Another_machine_may_not(string peer) => Assert.Contains("another machine", LocalVisitor.Refusal(Request(peer, "localhost")), StringComparison.Ordinal);

    [Fact]
    public void A_request_without_a_socket_may_not() => Assert.NotNull(LocalVisitor.Refusal(Request(null, "localhost")));

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-proto")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("Forwarded")]
    [InlineData("Via")]
    [InlineData("X-Real-IP")]
    [InlineData("X-Original-For")]
    [InlineData("CF-Connecting-IP")]
    public void A_proxy_on_the_same_machine_may_not(string header)
    {
        var request = Request("127.0.0.1", "localhost");
        request.Request.Headers[header] = "203.0.113.9";

        Assert.Contains(header, LocalVisitor.Refusal(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rebound.example.com")]
    [InlineData("localhost.example.com")]
    [InlineData("192.168.1.7")]
    [InlineData("")]
    public void A_name_that_is_not_loopback_may_not(string host) =>
        Assert.Contains("Host", LocalVisitor.Refusal(Request("127.0.0.1", host)), StringComparison.Ordinal);

    [Fact]
    public void A_page_of_another_site_may_not_open_a_circuit()
    {
        var request = Request("127.0.0.1", "localhost:5080");
        request.Request.Headers.Origin = "https://evil.example.com";

        Assert.Contains("another web site", LocalVisitor.Refusal(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "same-origin", true)]
    [InlineData("null", "cross-site", false)]
    [InlineData("null", null, false)]
    [InlineData(null, "same-site", false)]
    [InlineData(null, "none", true)]
    [InlineData("https://evil.example.com", "same-origin", false)]
    public void A_form_of_our_own_pages_whose_origin_the_browser_keeps_to_itself_is_ours_when_the_browser_says_so(string? origin, string? from, bool isOurs)
    {
        var request = Request("127.0.0.1", "localhost:5080");
        request.Request.Headers.Origin = origin;
        request.Request.Headers["Sec-Fetch-Site"] = from;

        Assert.Equal(isOurs, LocalVisitor.Refusal(request) is null);
    }

    [Fact]
    public void The_consoles_own_pages_may_open_a_circuit()
    {
        var request = Request("127.0.0.1", "localhost:5080");
        request.Request.Headers.Origin = "http://localhost:5080";

        Assert.Null(LocalVisitor.Refusal(request));
    }

    [Theory]
    [InlineData("/v1/track", true)]
    [InlineData("/segment", true)]
    [InlineData("/webhooks/abc", true)]
    [InlineData("/api/v1/ledger", true)]
    [InlineData("/healthz", true)]
    [InlineData("/v1x", false)]
    [InlineData("/", false)]
    [InlineData("/_blazor", false)]
    [InlineData("/deliveries", false)]
    public void Routes_for_programs_are_told_from_pages(string path, bool forPrograms) => Assert.Equal(forPrograms, Programs.Own(path));

    private static DefaultHttpContext Request(string? peer, string host)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(host);
        return context;
    }
}
