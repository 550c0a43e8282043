using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Access;

public sealed class ApiTokenTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly ConsoleUnderTest _console;
    private HttpClient _http = null!;

    public ApiTokenTests() => _console = new ConsoleUnderTest(services: services => services.AddSingleton<TimeProvider>(_time));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ApiTokenStore Store => _console.Services.GetRequiredService<ApiTokenStore>();

    public ValueTask InitializeAsync()
    {
        _http = _console.CreateClient();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_new_token_opens_the_api_until_it_is_revoked()
    {
        var made = await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, [], null));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(made.Bearer!));

        Assert.True(await Store.RevokeAsync(Actor.System, made.Token!.Id));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(made.Bearer!));
    }

    [Fact]
    public async Task A_token_ends_at_its_time()
    {
        var made = await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, [], _time.GetUtcNow().AddDays(1)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(made.Bearer!));

        _time.Jump(TimeSpan.FromDays(1));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(made.Bearer!));
    }

    [Fact]
    public async Task Its_last_use_is_known_to_the_minute()
    {
        var made = await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, [], null));
        Assert.Null(made.Token!.LastUsedAt);
        await AskAsync(made.Bearer!);
        var first = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(made.Bearer!);

        Assert.Equal(first, (await Store.ListAsync(Actor.System, Ct))[0].LastUsedAt);

        _time.Advance(TimeSpan.FromSeconds(31));
        await AskAsync(made.Bearer!);
        Assert.Equal(_time.GetUtcNow(), (await Store.ListAsync(Actor.System, Ct))[0].LastUsedAt);
    }

    [Fact]
    public async Task Only_its_hash_is_kept()
    {
        var made = await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Admin, [], null));

        await _console.Writer.WriteAsync(_ => { });
        await using var store = _console.Read();
        var row = await store.ApiTokens.SingleAsync(token => token.Id == made.Token!.Id, Ct);
        Assert.Equal(ApiToken.HashOf(made.Bearer!), row.Hash);
        Assert.DoesNotContain(made.Bearer!, _console.Logs.Text, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_console.Folder).Where(file => Path.GetFileName(file) != "running"))   // locked and empty
        {
            Assert.DoesNotContain(made.Bearer!, await ReadAsync(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Making_and_revoking_stand_in_the_change_log_without_the_token()
    {
        var by = new Actor(ActorKind.Person, 7, "Ada", Role.Admin, Address: "192.0.2.1");
        var made = await Store.CreateAsync(by, new ApiTokenDraft("ci", Role.Qa, ["Sandbox"], null));
        await Store.RevokeAsync(by, made.Token!.Id);
        await Store.RevokeAsync(by, made.Token.Id);

        await using var store = _console.Read();
        var lines = await store.ChangeLog.Where(line => line.ActorId == 7).OrderBy(line => line.Id).ToListAsync(Ct);
        Assert.Equal(["token.created", "token.revoked"], lines.Select(line => line.Action));
        Assert.Contains("\"qa\"", lines[0].Fields, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Bearer!, lines[0].Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_of_a_wish_is_told_with_its_field_and_nothing_is_made()
    {
        await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, [], null));

        var twice = await Store.CreateAsync(Actor.System, new ApiTokenDraft(" ci ", Role.Viewer, [], null));
        var all = await Store.CreateAsync(Actor.System, new ApiTokenDraft(" ", (Role)9, ["Nowhere"], _time.GetUtcNow()));

        Assert.Equal(["Name"], twice.Faults.Select(fault => fault.Field));
        Assert.Equal(["Name", "Role", "ExpiresAt", "Connections"], all.Faults.Select(fault => fault.Field));
        Assert.Single(await Store.ListAsync(Actor.System, Ct));
    }

    [Fact]
    public async Task A_token_makes_none_that_outlives_it()
    {
        var maker = await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Admin, [], _time.GetUtcNow().AddDays(30)));
        var by = maker.Token!.Holder(null)!;

        Assert.Equal(["ExpiresAt"], (await Store.CreateAsync(by, new ApiTokenDraft("for ever", Role.Viewer, [], null))).Faults.Select(fault => fault.Field));
        Assert.Equal(["ExpiresAt"], (await Store.CreateAsync(by, new ApiTokenDraft("longer", Role.Viewer, [], _time.GetUtcNow().AddDays(31)))).Faults.Select(fault => fault.Field));
        Assert.Empty((await Store.CreateAsync(by, new ApiTokenDraft("shorter", Role.Viewer, [], _time.GetUtcNow().AddDays(29)))).Faults);
    }

    [Fact]
    public async Task A_token_limited_to_some_connections_decides_about_no_token()
    {
        var limited = (await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Admin, ["Sandbox"], null))).Token!;
        var by = limited.Holder(null)!;

        await Assert.ThrowsAsync<ForbiddenException>(() => Store.ListAsync(by, Ct));
        await Assert.ThrowsAsync<ForbiddenException>(() => Store.RevokeAsync(by, limited.Id));
        await Assert.ThrowsAsync<ForbiddenException>(() => Store.CreateAsync(by, new ApiTokenDraft("x", Role.Viewer, ["Sandbox"], null)));
    }

    [Fact]
    public async Task A_token_stays_with_its_connection_when_that_gets_another_name()
    {
        await _console.AddSourceAsync("Shop");
        await Store.CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, ["Shop"], null));
        var shop = _console.Directory.Connections.Single(connection => connection.Name == "Shop");

        await _console.Services.GetRequiredService<Richpanel.Core.Connections.ConnectionStore>().UpdateAsync(Actor.System, shop.Id, new() { Name = "Shop old", BaseUrl = "https://richpanel.invalid/v2" });

        Assert.Equal("Shop old", (await Store.ListAsync(Actor.System, Ct)).Single(token => token.Name == "ci").Connections);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _console.DisposeAsync();
    }

    private async Task<HttpStatusCode> AskAsync(string bearer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/ledger");
        request.Headers.Authorization = new("Bearer", bearer);
        using var answer = await _http.SendAsync(request, Ct);
        return answer.StatusCode;
    }

    /// <summary>Also of a file that the product holds open, its write-ahead log included.</summary>
    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync(Ct);
    }
}
