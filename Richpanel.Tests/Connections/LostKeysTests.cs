using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

/// <summary>A whole start over data whose key ring is gone.</summary>
public sealed class LostKeysTests : IAsyncLifetime
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m-1"}""";
    private const string Secret = "planted-lost-secret-5512";

    private static readonly Dictionary<string, string?> s_settings = new() { ["Outgoing:AllowPrivateNetworks"] = "true" };

    private readonly TemporaryFolder _folder = new();
    private RichpanelStub _stub = null!;
    private ConsoleUnderTest _console = null!;
    private HttpClient _client = null!;
    private TestSource _source = null!;
    private string? _sandboxFingerprint;
    private string? _sandboxKey;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string KeyRing => Path.Combine(_folder.Path, "keys");

    private Connection Shop => _console.Directory.Find(_source.ConnectionId)!;

    private Connection Sandbox => _console.Directory.Connections.Single(connection => connection.IsSandbox);

    public async ValueTask InitializeAsync()
    {
        _stub = await RichpanelStub.StartAsync();
        await using var first = new ConsoleUnderTest(s_settings, over: _folder);
        _source = await first.AddSourceAsync(
            connection: c => (c.BaseUrl, c.SecretFingerprint) = (_stub.BaseUrl, "0011aabb"), apiSecret: Secret, webhookSecret: "shared");
        var sandbox = first.Directory.Connections.Single(connection => connection.IsSandbox);
        _sandboxFingerprint = sandbox.SecretFingerprint;
        _sandboxKey = first.Services.GetRequiredService<SourceStore>().RevealWriteKey(first.Directory.Sources.Single(source => source.ConnectionId == sandbox.Id));
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
        {
            await _console.DisposeAsync();
        }

        await _stub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task It_goes_on_accepting_holds_the_connection_and_spends_no_try_until_the_secret_is_entered()
    {
        Directory.Delete(KeyRing, recursive: true);
        Start();
        Assert.Equal(("secret_unreadable", null), (Shop.HoldCause, Shop.HoldUntil));

        await _client.PostCallAsync("/v1/track", Call, _source.WriteKey).AcceptedAsync();
        await _console.ExpandedAsync();
        _console.Services.GetRequiredService<DeliverySignal>().Raise();
        Assert.Equal((DeliveryState.Waiting, 0), await RowAsync());
        Assert.Empty(_stub.Requests);

        var entered = await _console.Services.GetRequiredService<ConnectionStore>().UpdateAsync(Actor.System, _source.ConnectionId, new ConnectionDraft { ApiSecret = Secret });

        Assert.IsType<SaveOutcome<Connection>.Saved>(entered);
        Assert.Null(Shop.HoldCause);
        await UntilAcceptedAsync();
        Assert.DoesNotContain(Secret, _console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_cannot_be_checked_is_answered_503_with_a_time_and_a_cause()
    {
        Directory.Delete(KeyRing, recursive: true);
        Start();
        var settings = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"apiSecret":"{{Secret}}"}"""));

        using var partner = await _client.PostCallAsync("/segment", Call, _source.ApiKey, request => request.Headers.Add("X-Segment-Settings", settings));
        using var webhook = await _client.PostCallAsync($"/webhooks/{_source.PublicId}", Call, null, request => request.Headers.Add("X-Signature", new string('0', 40)));
        using var bare = await _client.PostCallAsync($"/webhooks/{_source.PublicId}", Call);
        using var stranger = await _client.PostCallAsync("/segment", Call, "nobody", request => request.Headers.Add("X-Segment-Settings", settings));

        foreach (var answer in (HttpResponseMessage[])[partner, webhook, bare])
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("60", answer.Headers.GetValues("Retry-After").Single());
            Assert.Equal("cannot_verify", JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct)).GetProperty("code").GetString());
        }

        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        await using var context = _console.Read();
        Assert.Equal(0, await context.Requests.CountAsync(Ct));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_sandbox_gets_a_secret_of_its_own_again_and_its_source_is_still_served()
    {
        Directory.Delete(KeyRing, recursive: true);
        Start();

        Assert.Equal((null, true), (Sandbox.HoldCause, _console.Services.GetRequiredService<SecretProtector>().CanOpen(Sandbox.ProtectedSecret!)));
        Assert.NotEqual(_sandboxFingerprint, Sandbox.SecretFingerprint);
        await using var context = _console.Read();
        Assert.Equal(1, await context.ChangeLog.CountAsync(line => line.Action == "secret.replaced" && line.ActorKind == ActorKind.System, Ct));
        await _client.PostCallAsync("/v1/track", Call, _sandboxKey).AcceptedAsync();
    }

    [Fact(Timeout = 120_000)]
    public void A_damaged_key_file_is_one_key_lost_and_no_reason_to_stand_still()
    {
        foreach (var file in Directory.GetFiles(KeyRing, "*.xml"))
        {
            File.WriteAllText(file, "<key not xml");
        }

        Start();

        Assert.Equal("secret_unreadable", Shop.HoldCause);
        Assert.Contains("of the key ring cannot be read", _console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task With_the_keys_back_it_goes_on_by_itself()
    {
        var aside = KeyRing + "-aside";
        Directory.Move(KeyRing, aside);
        Start();
        Assert.Equal("secret_unreadable", Shop.HoldCause);
        await _console.DisposeAsync();
        foreach (var file in Directory.GetFiles(aside))
        {
            File.Copy(file, Path.Combine(KeyRing, Path.GetFileName(file)), overwrite: true);
        }

        Start();

        Assert.Null(Shop.HoldCause);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_hold_that_stands_already_keeps_its_cause()
    {
        Directory.Delete(KeyRing, recursive: true);
        Start();
        await _console.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Connections.Find(_source.ConnectionId)!.HoldCause = "unauthorized";
            context.SaveChanges();
        });
        await _console.DisposeAsync();

        Start();

        Assert.Equal("unauthorized", Shop.HoldCause);
    }

    [Fact(Timeout = 120_000)]
    public void It_is_known_which_write_keys_can_no_longer_be_shown_and_that_the_seal_is_new()
    {
        Directory.Delete(KeyRing, recursive: true);
        Start();
        Assert.Contains(_console.Directory.Sources, source => !_console.Services.GetRequiredService<SourceStore>().CanShowWriteKey(source));
        Assert.True(_console.Services.GetRequiredService<InstallationKey>().IsMade);
    }

    private void Start()
    {
        _console = new ConsoleUnderTest(s_settings, over: _folder);
        _client = _console.CreateClient();
    }

    private async Task<(DeliveryState State, int Attempts)> RowAsync()
    {
        await using var context = _console.Read();
        var row = await context.Deliveries.SingleAsync(delivery => delivery.ConnectionId == _source.ConnectionId, Ct);
        return (row.State, row.AttemptCount);
    }

    private async Task UntilAcceptedAsync()
    {
        var pulse = _console.Services.GetRequiredService<DeliveryPulse>();
        while (true)
        {
            var next = pulse.Next;
            if (await RowAsync() is (DeliveryState.Accepted, 1))
            {
                return;
            }

            await next.WaitAsync(Ct);
        }
    }
}
