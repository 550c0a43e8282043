using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core;
using Richpanel.Core.Json;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Sandbox;

/// <summary>What the sandbox forgets: here with a cap of 20 requests, and a clock that is moved by hand.</summary>
public sealed class SandboxCapTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly SandboxStore _store;

    public SandboxCapTests() => _store = new SandboxStore(
        new StoragePaths($"Data Source={Path.Combine(_folder.Path, "console.db")}"),
        Options.Create(new SandboxOptions()),
        new ChangeFeed(_time),
        _time,
        NullLogger<SandboxStore>.Instance,
        mostRequests: 20);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _store.PrepareAsync(Ct);
        await _store.StartAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.StopAsync(CancellationToken.None);
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_product_keeps_100_000_requests_and_7_days() =>
        Assert.Equal((100_000, TimeSpan.FromDays(7)), (SandboxStore.MostRequests, SandboxStore.Longest));

    [Fact]
    public void What_it_remembers_of_customers_is_for_the_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No modes on this system.");

        var files = Directory.GetFiles(_folder.Path, "sandbox.db*");
        Assert.NotEmpty(files);
        Assert.All(
            files,
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Beyond_the_cap_the_oldest_requests_go_with_their_events()
    {
        for (var i = 1; i <= 50; i++)
        {
            await KeepAsync(i);
        }

        await using var context = _store.CreateDbContext();
        Assert.Equal(Enumerable.Range(31, 20).Select(i => (long)i), await context.Requests.OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(Ct));
        Assert.Equal(Enumerable.Range(31, 20).Select(i => $"event {i}"), await context.Events.OrderBy(e => e.Id).Select(e => e.Name).ToListAsync(Ct));
    }

    [Fact(Timeout = 30_000)]
    public async Task After_a_week_a_request_goes_with_all_that_only_it_has_touched_although_nothing_comes_in()
    {
        await KeepAsync(1, uid: "gone", did: "d-gone", name: "identify");
        await KeepAsync(2, uid: "stays", did: "d-stays", name: "identify");
        _time.Advance(TimeSpan.FromDays(5));
        await KeepAsync(3, uid: "stays", did: "d-stays", name: "identify");

        _time.Advance(TimeSpan.FromDays(2) - TimeSpan.FromHours(2));
        await using (var context = _store.CreateDbContext())
        {
            Assert.Equal(3, await context.Requests.CountAsync(Ct));
        }

        _time.Advance(TimeSpan.FromHours(3));
        await using (var context = _store.CreateDbContext())
        {
            while (await context.Customers.AnyAsync(c => c.Uid == "gone", Ct))   // last to go; the time-out ends a vain wait
            {
                await Task.Yield();
            }

            Assert.Equal([3L], await context.Requests.Select(r => r.Id).ToListAsync(Ct));
            Assert.Equal([3L], await context.Events.Select(e => e.RequestId).ToListAsync(Ct));
            Assert.Equal(["stays"], await context.Customers.Select(c => c.Uid).ToListAsync(Ct));
            Assert.Equal(["d-stays"], await context.Visitors.Select(v => v.Did).ToListAsync(Ct));
            Assert.Equal(["uid:stays"], (await context.Sessions.Select(s => s.Owner).ToListAsync(Ct)).Distinct());
        }
    }

    [Fact]
    public async Task A_session_goes_on_across_a_restart()
    {
        await KeepAsync(1);
        await _store.StopAsync(Ct);
        using var again = new SandboxStore(
            new StoragePaths($"Data Source={Path.Combine(_folder.Path, "console.db")}"), Options.Create(new SandboxOptions()), new ChangeFeed(_time), _time, NullLogger<SandboxStore>.Instance);
        await again.PrepareAsync(Ct);
        await again.StartAsync(Ct);

        await KeepAsync(2, store: again);

        await using var context = again.CreateDbContext();
        Assert.Equal(2, (await context.Sessions.SingleAsync(Ct)).Events);
        await again.StopAsync(Ct);
    }

    private Task KeepAsync(int number, string uid = "u", string did = "d", string? name = null, SandboxStore? store = null)
    {
        var call = $$$"""{"event":"{{{name ?? $"event {number}"}}}","did":"{{{did}}}","userProperties":{"uid":"{{{uid}}}"}}""";
        var tree = (JsonTree.Map)JsonTreeReader.Read(Encoding.UTF8.GetBytes(call)).Tree;
        var request = new SandboxRequest { At = _time.GetUtcNow(), Path = "/v2/t", Body = [], Status = 200, Calls = 1, Findings = "[]", Taken = true };
        return (store ?? _store).KeepAsync(request, new ContractReport([tree], []), Ct);
    }
}
