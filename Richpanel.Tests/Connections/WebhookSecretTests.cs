using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

/// <summary>The webhook secret of a source is replaced, and the old one taken for a while.</summary>
public sealed class WebhookSecretTests : IAsyncLifetime
{
    private const string First = "first-webhook-secret";
    private const string Second = "second-webhook-secret";
    private const string Call = """{"type":"track","event":"One","userId":"u"}""";

    private static readonly Actor s_anna = new(ActorKind.Person, 7, "Anna", Role.Admin);

    private readonly FakeTimeProvider _time = new(A.Noon);
    private readonly ConsoleUnderTest _console;
    private HttpClient _client = null!;
    private string _publicId = "";
    private long _id;

    /// <summary>Without the care of each minute, which would come at a time of its own.</summary>
    public WebhookSecretTests() => _console = new ConsoleUnderTest(services: services =>
    {
        services.Remove(services.Single(service => service.ImplementationType == typeof(SecretCare)));
        services.AddSingleton<TimeProvider>(_time);
    });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Source Web => _console.Directory.FindSource(_id)!;

    private SourceStore Sources => _console.Services.GetRequiredService<SourceStore>();

    private SecretStore Secrets => _console.Services.GetRequiredService<SecretStore>();

    private SecretProtector Protector => _console.Services.GetRequiredService<SecretProtector>();

    public async ValueTask InitializeAsync()
    {
        _client = _console.CreateClient();
        var source = await _console.AddSourceAsync("Web");
        (_id, _publicId) = (source.SourceId, source.PublicId);
        Saved(await Sources.UpdateSourceAsync(s_anna, _id, new SourceDraft { WebhookSecret = First }));
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task While_the_old_one_is_kept_requests_signed_with_either_are_taken()
    {
        await PostAsync(First, 200);
        await ReplaceAsync(SecretWindow.Hour);

        await PostAsync(First, 200);
        await PostAsync(Second, 200);
        await PostAsync(First, 200);
        _time.Jump(TimeSpan.FromHours(1));
        await PostAsync(First, 401);
        await PostAsync(Second, 200);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_old_one_is_taken_until_the_first_request_comes_that_is_signed_with_the_new_one()
    {
        await PostAsync(First, 200);
        await ReplaceAsync(SecretWindow.None);
        _time.Advance(TimeSpan.FromMinutes(30));
        await PostAsync(First, 200);
        Assert.Null(Web.WebhookSecretAcceptedAt);

        await PostAsync(Second, 200);

        Assert.Equal(_time.GetUtcNow(), Web.WebhookSecretAcceptedAt);
        await PostAsync(First, 401);
    }

    [Fact(Timeout = 60_000)]
    public async Task Going_back_lets_the_two_change_places_and_both_go_on_being_taken()
    {
        await PostAsync(First, 200);
        await ReplaceAsync(SecretWindow.Day);

        Saved(await Secrets.RollBackWebhookAsync(s_anna, _id));

        Assert.Equal((First, Second), (Protector.Unprotect(Web.ProtectedWebhookSecret!), Protector.Unprotect(Web.PreviousWebhookSecret!)));
        Assert.Equal(SecretProtector.Fingerprint(First), Web.WebhookSecretFingerprint);
        await PostAsync(Second, 200);
        await PostAsync(First, 200);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_forgotten_one_is_refused_at_once()
    {
        await ReplaceAsync(SecretWindow.Week);

        Saved(await Secrets.ForgetWebhookAsync(s_anna, _id));

        await PostAsync(First, 401);
        Assert.IsType<SaveOutcome<Source>.Invalid>(await Secrets.RollBackWebhookAsync(s_anna, _id));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_due_is_forgotten_by_the_product()
    {
        await PostAsync(First, 200);
        await ReplaceAsync(SecretWindow.Hour);
        await PostAsync(Second, 200);
        await Secrets.ForgetDueAsync();
        Assert.NotNull(Web.PreviousWebhookSecret);
        _time.Jump(TimeSpan.FromHours(1));

        await Secrets.ForgetDueAsync();

        Assert.Equal((null, null, null, null), (Web.PreviousWebhookSecret, Web.PreviousWebhookSecretFingerprint, Web.PreviousWebhookSecretSetAt, Web.PreviousWebhookSecretUntil));
        Assert.Equal(("webhook-secret.forgotten", ActorKind.System), Log().Select(line => (line.Action, line.By)).Last());
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_step_is_a_line_with_who_did_it_and_never_the_secret()
    {
        await ReplaceAsync(SecretWindow.Day);
        Saved(await Secrets.RollBackWebhookAsync(s_anna, _id));
        Saved(await Secrets.ForgetWebhookAsync(s_anna, _id));
        Saved(await Sources.UpdateSourceAsync(s_anna, _id, new SourceDraft { WebhookSecret = "" }));

        var lines = Log().Where(line => line.Action.StartsWith("webhook-secret.", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["webhook-secret.replaced", "webhook-secret.replaced", "webhook-secret.rolled-back", "webhook-secret.forgotten", "webhook-secret.removed"], lines.Select(line => line.Action));
        Assert.All(lines, line => Assert.Equal(ActorKind.Person, line.By));
        Assert.All(lines, line => Assert.DoesNotContain("-webhook-secret", line.Fields ?? "", StringComparison.Ordinal));
        Assert.Equal((null, null, null), (Web.ProtectedWebhookSecret, Web.WebhookSecretFingerprint, Web.WebhookSecretSetAt));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_page_can_say_who_set_the_one_in_use()
    {
        _time.Jump(TimeSpan.FromHours(1));
        Saved(await Sources.UpdateSourceAsync(new Actor(ActorKind.Person, 8, "Bert", Role.Admin), _id, new SourceDraft { WebhookSecret = Second }));
        var queries = _console.Services.GetRequiredService<SecretQueries>();
        Assert.Equal("Bert", await queries.SetByAsync(Web, Ct));

        Saved(await Secrets.RollBackWebhookAsync(s_anna, _id));

        Assert.Equal("Anna", await queries.SetByAsync(Web, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_same_secret_typed_again_changes_nothing_about_it_even_when_an_earlier_version_stored_it()
    {
        var old = await _console.AddSourceAsync("Old", webhookSecret: First);

        Saved(await Sources.UpdateSourceAsync(s_anna, old.SourceId, new SourceDraft { WebhookSecret = First }));

        var source = _console.Directory.FindSource(old.SourceId)!;
        Assert.Equal((null, SecretProtector.Fingerprint(First)), (source.PreviousWebhookSecret, source.WebhookSecretFingerprint));
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_may_not_touch_the_connection_turns_no_secret_of_its_sources()
    {
        await ReplaceAsync(SecretWindow.Day);
        var elsewhere = new Actor(ActorKind.Token, 1, "ci", Role.Admin, ["Other"]);

        await Assert.ThrowsAsync<ForbiddenException>(() => Secrets.RollBackWebhookAsync(elsewhere, _id));
        await Assert.ThrowsAsync<ForbiddenException>(() => Secrets.ForgetWebhookAsync(elsewhere, _id));
        await Assert.ThrowsAsync<ForbiddenException>(() => Secrets.RollBackWebhookAsync(new Actor(ActorKind.Person, 8, "Bob", Role.Operator), _id));
    }

    private async Task ReplaceAsync(SecretWindow keep) =>
        Saved(await Sources.UpdateSourceAsync(s_anna, _id, new SourceDraft { WebhookSecret = Second, KeepPreviousFor = keep }));

    private async Task PostAsync(string secret, int status)
    {
        using var answer = await _client.PostCallAsync($"/webhooks/{_publicId}", Call, null, request => request.Headers.Add("X-Signature", SignatureOf(secret)));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private List<(ActorKind By, string Action, string? Fields)> Log()
    {
        using var context = _console.Read();
        return [.. context.ChangeLog.OrderBy(line => line.Id).AsEnumerable().Select(line => (line.ActorKind, line.Action, line.Fields))];
    }

    private static Source Saved(SaveOutcome<Source> outcome) => Assert.IsType<SaveOutcome<Source>.Saved>(outcome).Value;

#pragma warning disable CA5350 // What Segment signs with.
    private static string SignatureOf(string secret) => Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Call)));
#pragma warning restore CA5350
}
