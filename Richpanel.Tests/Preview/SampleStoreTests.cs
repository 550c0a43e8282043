using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Preview;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Preview;

public sealed class SampleStoreTests : IAsyncDisposable
{
    private const string Call = """{"type":"track","event":"A","userId":"u","writeKey":"the-key-of-a-shop","context":{"traits":{"email":"jane@example.com"}}}""";

    private readonly ConsoleUnderTest _app = new();
    private readonly Actor _qa = new(ActorKind.Person, 1, "Quinn", Role.Qa);

    private SampleStore Store => _app.Services.GetRequiredService<SampleStore>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_saved_sample_is_there_for_everybody_without_its_write_key_and_masked_by_role()
    {
        var saved = (await Store.SaveAsync(_qa, " Guest order ", Call)).Saved!;

        var seen = (await Store.FindAsync(_qa, saved.Id, Ct))!;
        var masked = (await Store.FindAsync(_qa with { Role = Role.Viewer }, saved.Id, Ct))!;
        Assert.Equal(("Guest order", "Quinn"), (seen.Line.Name, seen.Line.CreatedBy));
        Assert.Contains("jane@example.com", seen.Call, StringComparison.Ordinal);
        Assert.DoesNotContain("the-key-of-a-shop", seen.Call, StringComparison.Ordinal);
        Assert.True(masked.IsMasked);
        Assert.DoesNotContain("jane", masked.Call, StringComparison.Ordinal);
        Assert.Equal("Guest order", Assert.Single(await Store.ListAsync(_qa with { Role = Role.Viewer }, Ct)).Name);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_is_limited_to_some_connections_neither_sees_nor_saves_any()
    {
        var saved = (await Store.SaveAsync(_qa, "One", Call)).Saved!;
        var limited = _qa with { Connections = ["Shop"] };

        Assert.Empty(await Store.ListAsync(limited, Ct));
        Assert.Null(await Store.FindAsync(limited, saved.Id, Ct));
        await Assert.ThrowsAsync<ForbiddenException>(() => Store.SaveAsync(limited, "Two", Call));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("", "{}", "name")]
    [InlineData("one", "{}", "name")]
    [InlineData("two", "{ broken", "call")]
    [InlineData("two", "[]", "call")]
    public async Task What_cannot_be_saved_says_why(string name, string call, string field)
    {
        await Store.SaveAsync(_qa, "One", "{}");

        var outcome = await Store.SaveAsync(_qa, name, call);

        Assert.Null(outcome.Saved);
        Assert.Equal(field, outcome.Field);
        Assert.NotEmpty(outcome.Fault!);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deleted_one_is_gone_and_a_longer_call_than_can_be_received_is_not_kept()
    {
        var saved = (await Store.SaveAsync(_qa, "One", "{}")).Saved!;

        Assert.True(await Store.DeleteAsync(_qa, saved.Id));
        Assert.False(await Store.DeleteAsync(_qa, saved.Id));
        Assert.Empty(await Store.ListAsync(_qa, Ct));
        Assert.Equal("call", (await Store.SaveAsync(_qa, "Long", $$"""{"a":"{{new string('x', 40_000)}}"}""")).Field);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
