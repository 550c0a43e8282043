using Richpanel.Core.Storage;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Storage;

public sealed class SearchKeyTests : IDisposable
{
    private readonly TemporaryFolder _one = new();
    private readonly TemporaryFolder _other = new();

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Two_installations_hash_the_same_value_differently()
    {
        await using var one = await CoreUnderTest.StartAsync(_one);
        await using var other = await CoreUnderTest.StartAsync(_other);

        Assert.NotEqual(one.Get<SearchKey>().Of("u-1"), other.Get<SearchKey>().Of("u-1"));
        Assert.NotEqual(one.Get<SearchKey>().Mark, other.Get<SearchKey>().Mark);
    }

    [Fact]
    public async Task One_installation_hashes_it_alike_at_every_start()
    {
        long before;
        await using (var first = await CoreUnderTest.StartAsync(_one))
        {
            before = first.Get<SearchKey>().Of("u-1");
        }

        await using var next = await CoreUnderTest.StartAsync(_one);

        Assert.Equal(before, next.Get<SearchKey>().Of("u-1"));
    }

    [Theory]
    [InlineData("Ann@Example.test ", "ann@example.TEST")]
    [InlineData("", "  ")]
    public async Task An_e_mail_is_the_same_whatever_its_case_and_blanks(string one, string other)
    {
        await using var core = await CoreUnderTest.StartAsync(_one);

        Assert.Equal(core.Get<SearchKey>().OfEmail(one), core.Get<SearchKey>().OfEmail(other));
    }

    [Fact]
    public async Task Texts_of_any_length_and_letters_are_taken_and_told_apart()
    {
        await using var core = await CoreUnderTest.StartAsync(_one);
        var key = core.Get<SearchKey>();
        var all = Enumerable.Range(0, 700).SelectMany(n => (string[])[new string('a', n), new string('€', n) + "!"]).ToList();

        Assert.Equal(all.Count, all.Select(text => key.Of(text)).Distinct().Count());
        Assert.Equal(all.Count, all.Select(text => key.OfEmail(text)).Distinct().Count());
    }
}
