using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

public sealed class WriteKeyRotationTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(A.Noon);
    private CoreUnderTest _core = null!;
    private long _id;
    private string _first = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SourceStore Store => _core.Get<SourceStore>();

    private Source Source => _core.Directory.FindSource(_id)!;

    public async ValueTask InitializeAsync()
    {
        _core = await CoreUnderTest.StartAsync(_folder, _time);
        var shop = Assert.IsType<SaveOutcome<Connection>.Saved>(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" })).Value;
        var made = Assert.IsType<SaveOutcome<SourceWithKey>.Saved>(await Store.AddSourceAsync(Actor.System, shop.Id, new SourceDraft { Name = "Web" })).Value;
        (_id, _first) = (made.Source.Id, made.WriteKey);
    }

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_old_key_is_let_in_beside_the_new_one_until_its_time_and_not_a_moment_longer()
    {
        var second = await RotateAsync(TimeSpan.FromHours(1));

        Assert.NotEqual(_first, second);
        Assert.Equal((_id, _id), (Find(_first), Find(second)));
        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.Equal(_id, Find(_first));

        _time.Advance(TimeSpan.FromTicks(1));   // nothing else happened: no sweep, no restart
        Assert.Equal((null, _id), (Find(_first), Find(second)));
    }

    [Fact]
    public async Task Without_an_overlap_the_old_key_ends_at_once()
    {
        await RotateAsync(TimeSpan.Zero);

        Assert.Null(Find(_first));
        Assert.Null(Source.PreviousWriteKeyHash);
    }

    [Fact]
    public async Task A_second_rotation_ends_the_oldest_key_and_keeps_the_one_between()
    {
        var second = await RotateAsync(TimeSpan.FromDays(7));
        var third = await RotateAsync(TimeSpan.FromDays(1));

        Assert.Equal((null, _id, _id), (Find(_first), Find(second), Find(third)));
        Assert.Equal(A.Noon.AddDays(1), Source.PreviousWriteKeyUntil);
    }

    [Fact]
    public async Task Whether_a_sender_still_comes_with_the_old_key_is_known()
    {
        var second = await RotateAsync(TimeSpan.FromDays(7));
        Find(second);
        Assert.Null(_core.Directory.OldWriteKeyUsedAt(_id));

        _time.Advance(TimeSpan.FromMinutes(5));
        Find(_first);

        Assert.Equal(A.Noon.AddMinutes(5), _core.Directory.OldWriteKeyUsedAt(_id));
        await RotateAsync(TimeSpan.FromDays(7));
        Assert.Null(_core.Directory.OldWriteKeyUsedAt(_id));   // of another key
    }

    [Fact]
    public async Task Ended_by_hand_or_by_its_time_it_is_forgotten_with_a_line_that_says_by_whom()
    {
        await RotateAsync(TimeSpan.FromDays(1));
        Assert.IsType<SaveOutcome<Source>.Saved>(await Store.EndOldWriteKeyAsync(Actor.System with { Name = "Anna" }, _id));
        Assert.Null(Find(_first));
        Assert.IsType<SaveOutcome<Source>.Invalid>(await Store.EndOldWriteKeyAsync(Actor.System, _id));

        await RotateAsync(TimeSpan.FromDays(1));
        await Store.EndDueWriteKeysAsync();
        Assert.NotNull(Source.PreviousWriteKeyHash);   // its time has not come
        _time.Advance(TimeSpan.FromDays(1));
        await Store.EndDueWriteKeysAsync();
        await Store.EndDueWriteKeysAsync();

        Assert.Null(Source.PreviousWriteKeyHash);
        await using var context = _core.Read();
        var lines = await context.ChangeLog.Where(line => line.Action.StartsWith("source.")).OrderBy(line => line.Id).ToListAsync(Ct);
        Assert.Equal(["source.created", "source.key-rotated", "source.old-key-ended", "source.key-rotated", "source.old-key-ended"], lines.Select(line => line.Action));
        Assert.Equal(["Anna", "Richpanel Console"], lines.Where(line => line.Action == "source.old-key-ended").Select(line => line.ActorName));
        Assert.All(lines, line => Assert.DoesNotContain(_first, line.Fields ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Neither_a_key_in_use_nor_an_old_one_can_be_given_to_another_source()
    {
        await RotateAsync(TimeSpan.FromDays(1));

        var taken = await Store.AddSourceAsync(Actor.System, Source.ConnectionId, new SourceDraft { Name = "Other", WriteKey = _first });

        Assert.Equal("WriteKey", Assert.Single(Assert.IsType<SaveOutcome<SourceWithKey>.Invalid>(taken).Faults).Field);
    }

    [Fact]
    public async Task An_overlap_longer_than_90_days_is_refused() =>
        Assert.IsType<SaveOutcome<SourceWithKey>.Invalid>(await Store.RotateWriteKeyAsync(Actor.System, _id, TimeSpan.FromDays(91)));

    private long? Find(string key) => _core.Directory.FindSourceByWriteKey(key)?.Id;

    private async Task<string> RotateAsync(TimeSpan keep) =>
        Assert.IsType<SaveOutcome<SourceWithKey>.Saved>(await Store.RotateWriteKeyAsync(Actor.System, _id, keep)).Value.WriteKey;
}
