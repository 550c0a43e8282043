using System.Net;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

public sealed class ReceiverTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = new();
    private HttpClient _client = null!;
    private TestSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _client = _console.CreateClient();
        _source = await _console.AddSourceAsync();
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory]
    [InlineData("/v1/track")]
    [InlineData("/v1/track/")]
    [InlineData("/v1/t")]
    public async Task A_posted_track_is_a_row_that_a_person_can_find(string path)
    {
        await _client.PostCallAsync(path, """{"type":"track","event":"Order Completed","userId":"u-1","messageId":"m-1"}""", _source.WriteKey).AcceptedAsync();

        await _console.ExpandedAsync();
        await using var context = _console.Read();
        var row = await context.Deliveries.SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal((_source.ConnectionId, _source.SourceId, Origin.Receiver), (row.ConnectionId, row.SourceId, row.Origin));
        Assert.Equal(("Order Completed", "u-1", "m-1"), (row.EventName, row.UserId, row.MessageId));
        await _console.LedgerAddsUpAsync();
    }

    [Fact]
    public async Task An_unknown_key_is_refused_with_code_message_and_error()
    {
        using var answer = await _client.PostCallAsync("/v1/track", """{"event":"x","userId":"u"}""", "nobody");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("""{"success":false,"code":"unknown_source","message":""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_makes_a_row_of_each_call_in_order()
    {
        await _client.PostCallAsync(
            "/v1/batch",
            """{"batch":[{"type":"track","event":"One","userId":"u","messageId":"1"},{"type":"track","event":"Two","userId":"u","messageId":"2"}]}""",
            _source.WriteKey).AcceptedAsync();

        await _console.ExpandedAsync();
        await using var context = _console.Read();
        Assert.Equal(
            ["One", "Two"], await context.Deliveries.OrderBy(d => d.Id).Select(d => d.EventName).ToListAsync(TestContext.Current.CancellationToken));
        await _console.LedgerAddsUpAsync();
    }

    [Fact]
    public async Task A_repeat_is_skipped_and_linked_to_the_first()
    {
        const string call = """{"type":"track","event":"One","userId":"u","messageId":"same"}""";
        await _client.PostCallAsync("/v1/track", call, _source.WriteKey).AcceptedAsync();
        await _client.PostCallAsync("/v1/track", call, _source.WriteKey).AcceptedAsync();

        await _console.ExpandedAsync();
        await using var context = _console.Read();
        var rows = await context.Deliveries.OrderBy(d => d.Id).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, rows.Count);
        Assert.Null(rows[0].DuplicateOf);
        Assert.Equal((DeliveryState.Skipped, "duplicate", rows[0].Id), (rows[1].State, rows[1].Cause, rows[1].DuplicateOf));
        await _console.LedgerAddsUpAsync();
    }
}
