using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>Promise 9, through the door.</summary>
public sealed class RepeatTests : IAsyncLifetime
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"same"}""";
    private const string OtherContent = """{"type":"track","event":"Two","userId":"u","messageId":"same"}""";
    private const string Unusable = """{"type":"track","userId":"u","messageId":"same"}""";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ConsoleUnderTest _console;
    private HttpClient _client = null!;
    private TestSource _source = null!;

    public RepeatTests() => _console = new ConsoleUnderTest(services: services => services.AddSingleton<TimeProvider>(_time));

    public async ValueTask InitializeAsync()
    {
        _client = _console.CreateClient();
        _source = await _console.AddSourceAsync(connection: connection => connection.PausedAt = _time.GetUtcNow());
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task The_same_messageId_with_other_content_is_skipped_and_says_that_the_id_was_reused()
    {
        await PostAsync(Call);
        await PostAsync(OtherContent);

        var rows = await RowsAsync();
        Assert.Equal((DeliveryState.Skipped, "duplicate", rows[0].Id), (rows[1].State, rows[1].Cause, rows[1].DuplicateOf));
        Assert.Equal((false, true), (rows[0].Marks.HasFlag(DeliveryMarks.MessageIdReused), rows[1].Marks.HasFlag(DeliveryMarks.MessageIdReused)));
    }

    [Fact]
    public async Task A_senders_own_retry_with_a_new_sentAt_is_no_reuse()
    {
        await PostAsync("""{"type":"track","event":"One","userId":"u","messageId":"same","sentAt":"2026-03-01T12:00:00Z"}""");
        await PostAsync("""{"type":"track","event":"One","messageId":"same","userId":"u","sentAt":"2026-03-01T12:00:09Z"}""");

        var rows = await RowsAsync();
        Assert.Equal((DeliveryState.Skipped, DeliveryMarks.None), (rows[1].State, rows[1].Marks));
    }

    [Fact]
    public async Task Repeats_within_one_batch_are_found()
    {
        await _client.PostCallAsync("/v1/batch", $$"""{"batch":[{{Call}},{{Call}},{{OtherContent}}]}""", _source.WriteKey).AcceptedAsync();

        var rows = await RowsAsync();
        Assert.Equal([DeliveryState.Waiting, DeliveryState.Skipped, DeliveryState.Skipped], rows.Select(row => row.State));
        Assert.Equal([null, rows[0].Id, rows[0].Id], rows.Select(row => row.DuplicateOf));
        Assert.True(rows[2].Marks.HasFlag(DeliveryMarks.MessageIdReused));
    }

    [Theory]
    [InlineData(23, DeliveryState.Skipped)]
    [InlineData(25, DeliveryState.Waiting)]
    public async Task The_window_is_24_hours_from_the_first_receipt(int hours, DeliveryState second)
    {
        await PostAsync(Call);
        await _console.ExpandedAsync();
        _time.Jump(TimeSpan.FromHours(hours));
        await PostAsync(Call);

        Assert.Equal(second, (await RowsAsync())[1].State);
    }

    [Fact]
    public async Task A_repeat_in_the_window_does_not_lengthen_it()
    {
        await PostAsync(Call);
        await _console.ExpandedAsync();
        _time.Jump(TimeSpan.FromHours(20));
        await PostAsync(Call);
        await _console.ExpandedAsync();
        _time.Jump(TimeSpan.FromHours(10));
        await PostAsync(Call);

        Assert.Equal([DeliveryState.Waiting, DeliveryState.Skipped, DeliveryState.Waiting], (await RowsAsync()).Select(row => row.State));
    }

    [Fact]
    public async Task A_repeat_of_a_failed_first_is_a_new_delivery()
    {
        await PostAsync(Unusable);
        await PostAsync(Call);
        await PostAsync(Call);

        var rows = await RowsAsync();
        Assert.Equal([DeliveryState.Failed, DeliveryState.Waiting, DeliveryState.Skipped], rows.Select(row => row.State));
        Assert.Equal(rows[1].Id, rows[2].DuplicateOf);
        Assert.Equal(DeliveryMarks.None, rows[1].Marks);
    }

    [Theory]
    [InlineData(DeliveryMarks.None)]
    [InlineData(DeliveryMarks.MayHaveGoneOut)]
    public async Task A_repeat_of_a_canceled_first_says_so_when_the_first_may_have_gone_out(DeliveryMarks marks)
    {
        await PostAsync(Call);
        var first = (await RowsAsync())[0];
        await _console.Writer.WriteAsync(session => session.Execute($"""UPDATE "Deliveries" SET "Marks"={(int)marks} WHERE "Id"={first.Id}"""));
        await _console.Services.GetRequiredService<DeliveryActions>().CancelAsync(Actor.System, first.Id, TestContext.Current.CancellationToken);
        await PostAsync(Call);

        var second = (await RowsAsync())[1];
        Assert.Equal((DeliveryState.Waiting, null, marks), (second.State, second.DuplicateOf, second.Marks));
        await _console.LedgerAddsUpAsync();
    }

    [Fact]
    public async Task A_messageId_that_failed_over_and_over_is_not_searched_to_its_end_and_the_next_call_says_that_it_may_repeat()
    {
        var batch = string.Join(',', Enumerable.Repeat(Unusable, 150));
        await _client.PostCallAsync("/v1/batch", $$"""{"batch":[{{batch}}]}""", _source.WriteKey).AcceptedAsync();
        await PostAsync(Call);

        var last = (await RowsAsync())[^1];
        Assert.Equal((DeliveryState.Waiting, DeliveryMarks.MayHaveGoneOut), (last.State, last.Marks));
    }

    [Fact]
    public async Task However_many_repeats_a_first_has_it_is_found_behind_them()
    {
        var batch = string.Join(',', Enumerable.Repeat(Call, 150));
        await _client.PostCallAsync("/v1/batch", $$"""{"batch":[{{batch}}]}""", _source.WriteKey).AcceptedAsync();
        await _console.ExpandedAsync();
        await PostAsync(Call);
        var rows = await RowsAsync();
        await _console.Services.GetRequiredService<DeliveryActions>().CancelAsync(Actor.System, rows[0].Id, TestContext.Current.CancellationToken);
        await PostAsync(Call);

        var after = await RowsAsync();
        Assert.Equal((DeliveryState.Skipped, rows[0].Id), (after[150].State, after[150].DuplicateOf));
        Assert.Equal((DeliveryState.Waiting, DeliveryMarks.None), (after[151].State, after[151].Marks));
    }

    [Fact]
    public async Task Another_connections_call_with_the_same_messageId_is_no_repeat()
    {
        var other = await _console.AddSourceAsync("Other", connection => connection.PausedAt = _time.GetUtcNow());
        await PostAsync(Call);
        await _client.PostCallAsync("/v1/track", Call, other.WriteKey).AcceptedAsync();

        Assert.All(await RowsAsync(), row => Assert.Equal(DeliveryState.Waiting, row.State));
    }

    private Task PostAsync(string call) => _client.PostCallAsync("/v1/track", call, _source.WriteKey).AcceptedAsync();

    private async Task<List<Delivery>> RowsAsync()
    {
        await _console.ExpandedAsync();
        await using var context = _console.Read();
        return await context.Deliveries.OrderBy(row => row.Id).ToListAsync(TestContext.Current.CancellationToken);
    }
}
