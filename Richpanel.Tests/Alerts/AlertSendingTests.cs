using Microsoft.Extensions.Options;
using Richpanel.Core.Wire;
using Richpanel.Tests.Wire;

namespace Richpanel.Tests.Alerts;

/// <summary>The two ways out, over real sockets: what was taken, what is tried again, what never will be, and where nothing may go.</summary>
public sealed class AlertSendingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, PostClass.Taken)]
    [InlineData(204, PostClass.Taken)]
    [InlineData(302, PostClass.Refused)]
    [InlineData(400, PostClass.Refused)]
    [InlineData(404, PostClass.Refused)]
    [InlineData(410, PostClass.Refused)]
    [InlineData(408, PostClass.TryLater)]
    [InlineData(429, PostClass.TryLater)]
    [InlineData(500, PostClass.TryLater)]
    [InlineData(503, PostClass.TryLater)]
    public async Task A_webhook_is_judged_by_its_status(int status, PostClass expected)
    {
        await using var stub = new WebhookStub { Answer = () => WebhookStub.Of(status, status == 204 ? "" : "said", "Location: http://127.0.0.1:1/elsewhere\r\nRetry-After: 7\r\n") };

        var outcome = await PostAsync(stub.Url);

        Assert.Equal(expected, outcome.Class);
        Assert.Contains($"It answered {status}", outcome.Words, StringComparison.Ordinal);
        Assert.Equal(expected == PostClass.TryLater ? TimeSpan.FromSeconds(7) : null, outcome.RetryAfter);
        Assert.Single(stub.Requests);
        Assert.DoesNotContain(WebhookStub.Secret, outcome.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_posted_is_JSON_as_it_was_given()
    {
        await using var stub = new WebhookStub();

        await PostAsync(stub.Url);

        var request = Assert.Single(stub.Requests);
        Assert.StartsWith($"POST /services/{WebhookStub.Secret} HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json; charset=utf-8", request, StringComparison.Ordinal);
        Assert.Equal("{\"a\":1}", stub.Bodies[0]);
    }

    [Fact]
    public async Task Nothing_is_posted_to_a_private_address()
    {
        await using var stub = new WebhookStub();

        var outcome = await PostAsync(stub.Url, allowPrivate: false);

        Assert.Equal(PostClass.Refused, outcome.Class);
        Assert.Contains("may not reach", outcome.Words, StringComparison.Ordinal);
        Assert.Empty(stub.Requests);
    }

    [Fact]
    public async Task Nothing_is_posted_to_the_product_itself_even_where_private_addresses_are_allowed()
    {
        await using var stub = new WebhookStub();

        var outcome = await PostAsync(stub.Url, own: new Uri(stub.Url).Port);

        Assert.Equal(PostClass.Refused, outcome.Class);
        Assert.Empty(stub.Requests);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{closed}/x", "nothing listens")]
    [InlineData("http://alerts.invalid/x", "host name was not found")]
    public async Task What_the_network_does_is_said_and_tried_again(string url, string words)
    {
        var outcome = await PostAsync(url.Replace("{closed}", RawServer.ClosedPort().ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));

        Assert.Equal(PostClass.TryLater, outcome.Class);
        Assert.Contains(words, outcome.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_letter_arrives_with_sender_recipients_subject_and_text()
    {
        await using var stub = new MailStub();

        var outcome = await MailAsync(stub.Port, user: "console", password: "planted-mail-password");

        Assert.Equal(PostClass.Taken, outcome.Class);
        Assert.Contains("queued as 4711", outcome.Said, StringComparison.Ordinal);
        var letter = Assert.Single(stub.Letters);
        Assert.Contains("From: console@example.com", letter, StringComparison.Ordinal);
        Assert.Contains("To: one@example.com, two@example.com", letter, StringComparison.Ordinal);
        Assert.Contains("Subject: Shop is on hold", letter, StringComparison.Ordinal);
        Assert.Contains("Message-Id: <alt_1.3@example.com>", letter, StringComparison.Ordinal);
        Assert.Contains("In-Reply-To: <thread.connection-7.1@example.com>", letter, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated", letter, StringComparison.Ordinal);
        Assert.Contains("What to do", letter, StringComparison.Ordinal);
        Assert.Contains(stub.Commands, line => line.StartsWith("AUTH PLAIN", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("AUTH", "535 5.7.8 no such user", PostClass.Refused, "did not take user name and password")]
    [InlineData("RCPT", "550 5.1.1 nobody of that name", PostClass.Refused, "answered 550 to a recipient")]
    [InlineData("RCPT", "451 4.7.1 come again later", PostClass.TryLater, "answered 451 to a recipient")]
    [InlineData("MAIL", "530 5.7.0 sign in first", PostClass.Refused, "asks for a user name and password")]
    [InlineData("EHLO", "garbage", PostClass.TryLater, "no answer of a mail server")]
    public async Task What_a_mail_server_says_decides_whether_it_is_tried_again(string command, string answer, PostClass expected, string words)
    {
        await using var stub = new MailStub();
        stub.Answers[command] = answer;

        var outcome = await MailAsync(stub.Port, "console", "planted-mail-password");

        Assert.Equal(expected, outcome.Class);
        Assert.Contains(words, outcome.Words, StringComparison.Ordinal);
        Assert.Empty(stub.Letters);
        Assert.DoesNotContain("planted-mail-password", outcome.Words + outcome.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("550 5.1.1 nobody of that name", "250 2.1.5 fine", PostClass.Taken, "took it, but 1 of 2 recipients was refused (550)")]
    [InlineData("550 5.1.1 nobody of that name", "451 4.7.1 come again later", PostClass.TryLater, "answered 451 to a recipient")]
    [InlineData("550 5.1.1 nobody of that name", "553 5.1.3 no address", PostClass.Refused, "answered 550 to a recipient")]
    public async Task One_recipient_that_is_refused_keeps_no_other_from_the_letter(string one, string two, PostClass expected, string words)
    {
        await using var stub = new MailStub();
        stub.Answers["RCPT TO:<one"] = one;
        stub.Answers["RCPT TO:<two"] = two;

        var outcome = await MailAsync(stub.Port);

        Assert.Equal(expected, outcome.Class);
        Assert.Contains(words, outcome.Words, StringComparison.Ordinal);
        Assert.Equal(expected == PostClass.Taken ? 1 : 0, stub.Letters.Count);
        Assert.DoesNotContain("@example.com", outcome.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, true, PostClass.Taken)]
    [InlineData(200, false, PostClass.Taken)]
    [InlineData(503, true, PostClass.TryLater)]
    public async Task A_body_that_stalls_or_breaks_off_changes_nothing_of_what_the_status_says(int status, bool stalls, PostClass expected)
    {
        await using var server = new RawServer(async (socket, ct) =>
        {
            await RawServer.ReadRequestAsync(socket, ct);
            await RawServer.SayAsync(socket, System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: 400\r\n\r\nfirst words"), ct);
            await Task.Delay(stalls ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, TimeProvider.System, ct);
        });

        var outcome = await PostAsync($"http://127.0.0.1:{server.Port}/x").WaitAsync(WebhookClient.Patience / 2, Ct);

        Assert.Equal((expected, "first words"), (outcome.Class, outcome.Said));
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_neither_password_nor_letter_when_it_was_asked_for()
    {
        await using var stub = new MailStub();

        var outcome = await MailAsync(stub.Port, "console", "planted-mail-password", startTls: true);

        Assert.Equal(PostClass.Refused, outcome.Class);
        Assert.Contains("does not offer", outcome.Words, StringComparison.Ordinal);
        Assert.DoesNotContain(stub.Commands, line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_private_mail_server_is_reached_only_when_the_options_name_it()
    {
        await using var stub = new MailStub();

        var guarded = await MailAsync(stub.Port, allowPrivate: false);
        var named = await MailAsync(stub.Port, allowPrivate: false, named: "mail.example.com 127.0.0.1");
        var own = await MailAsync(stub.Port, allowPrivate: false, named: "127.0.0.1", own: stub.Port);

        Assert.Equal([PostClass.Refused, PostClass.Taken, PostClass.Refused], new[] { guarded.Class, named.Class, own.Class });
        Assert.Single(stub.Letters);
    }

    private static async Task<PostOutcome> PostAsync(string url, bool allowPrivate = true, int? own = null)
    {
        var ports = new OwnPorts();
        ports.Add(own is { } port ? [port] : []);
        using var handlers = new OutgoingHandlers(Options.Create(new OutgoingOptions { AllowPrivateNetworks = allowPrivate }), ports, new SandboxEndpoint());
        using var client = new WebhookClient(handlers, TimeProvider.System);
        return await client.PostAsync(new Uri(url), "{\"a\":1}"u8.ToArray(), Ct);
    }

    private static async Task<PostOutcome> MailAsync(int port, string? user = null, string? password = null, bool startTls = false, bool allowPrivate = true, string named = "", int? own = null)
    {
        var ports = new OwnPorts();
        ports.Add(own is { } mine ? [mine] : []);
        var client = new MailClient(Options.Create(new OutgoingOptions { AllowPrivateNetworks = allowPrivate }), Options.Create(new AlertOptions { PrivateMailHosts = named }), ports, TimeProvider.System);
        return await client.SendAsync(
            new MailServer("127.0.0.1", port, false, startTls, user, password),
            new MailLetter("console@example.com", ["one@example.com", "two@example.com"], "Shop is on hold", "What to do: look.\n", "alt_1.3", ["thread.disk.1", "thread.connection-7.1"]),
            Ct);
    }
}
