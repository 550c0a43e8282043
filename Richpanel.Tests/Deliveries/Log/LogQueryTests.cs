using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Tests.Deliveries.Log;

/// <summary>The query language: what is typed is read, written back in one spelling, and read again as the same.</summary>
public sealed class LogQueryTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("state:failed code:5xx event:\"Order Updated\" user:123 order:998 -origin:lab since:2h", "state:failed code:5xx event:\"Order Updated\" user:123 order:998 -origin:lab since:2h")]
    [InlineData("  STATE:Failed,WAITING   state:failed,waiting ", "state:failed,waiting")]
    [InlineData("~state:failed ~-type:page -~type:page", "~state:failed ~-type:page")]
    [InlineData("event:Order*", "event:Order*")]
    [InlineData("event:\"Order \"*,\"a*\"", "event:\"Order \"*,\"a*\"")]
    [InlineData("user:a:b/c=d", "user:a:b/c=d")]
    [InlineData("hello \"two words\" -spam", "hello \"two words\" -spam")]
    [InlineData("\"state:failed\" \"-x y\" \"-minus\"", "\"state:failed\" \"-x y\" \"-minus\"")]
    [InlineData("event:\"say \\\"hi\\\" \\\\ back\"", "event:\"say \\\"hi\\\" \\\\ back\"")]
    [InlineData("tries:>3 tries:<=5,7", "tries:>3 tries:<=5,7")]
    [InlineData("since:2026-11-24T10:00 until:TODAY", "since:2026-11-24T10:00 until:today")]
    [InlineData("code:none,422", "code:none,422")]
    [InlineData("id:dlv_2k", "id:dlv_2k")]
    [InlineData("", "")]
    public void What_is_typed_has_one_spelling(string typed, string spelled)
    {
        var reading = LogQuery.Parse(typed);

        Assert.Empty(reading.Faults);
        Assert.Equal(spelled, reading.Query.ToString());
        Assert.Equal(reading.Query, LogQuery.Of(spelled));
    }

    [Theory]
    [InlineData("state:lost", 6, 4)]
    [InlineData("user:7 nokey:1", 7, 7)]
    [InlineData("event:\"open", 6, 5)]
    [InlineData("code:9xyz", 5, 4)]
    [InlineData("code:", 5, 0)]
    [InlineData("code:5xx,,422", 9, 0)]
    [InlineData("since:soon", 6, 4)]
    [InlineData("-since:2h", 0, 9)]
    [InlineData("since:2h,3h", 0, 11)]
    [InlineData("tries:many", 6, 4)]
    [InlineData("email:a*", 6, 2)]
    [InlineData("id:7", 3, 1)]
    [InlineData("a", 0, 1)]
    [InlineData("state:failed - x2", 13, 1)]
    [InlineData("event:a\"b", 6, 3)]
    [InlineData("\"ab\"cd", 0, 6)]
    [InlineData("x\"ab\"", 0, 5)]
    [InlineData(":x", 0, 2)]
    public void A_fault_says_its_place_what_and_what_to_do_and_the_rest_counts(string typed, int start, int length)
    {
        var fault = Assert.Single(LogQuery.Parse(typed + " type:track").Faults.Take(1));

        if (!typed.EndsWith("\"open", StringComparison.Ordinal))
        {
            Assert.Equal((start, length), (fault.Start, fault.Length));
            Assert.Contains(LogQuery.Parse(typed + " type:track").Query.Terms, term => term.Key == LogKey.Type);
        }

        Assert.Equal(start, fault.Start);
        Assert.EndsWith(".", fault.Remedy, StringComparison.Ordinal);
        Assert.NotEmpty(fault.What);
    }

    [Fact]
    public void Whatever_the_terms_are_the_text_of_a_query_gives_the_same_query_back()
    {
        var random = new Random(20_261_124);
        for (var round = 0; round < 3_000; round++)
        {
            var query = new LogQuery([.. Enumerable.Range(0, random.Next(6)).Select(_ => Term(random)).Distinct()]);

            var reading = LogQuery.Parse(query.ToString());

            Assert.True(reading.IsGood, $"{query}: {string.Join(" ", reading.Faults)}");
            Assert.Equal(query, reading.Query);
            Assert.Equal(query.ToString(), reading.Query.ToString());
        }
    }

    [Fact]
    public void No_text_at_all_makes_the_parser_throw_and_every_fault_lies_within_it()
    {
        var random = new Random(7);
        const string Signs = "ab:-~\"\\*, \t><x5state:codefaile\u00e9\ud83d\ude00";
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => Signs[random.Next(Signs.Length)]));

            var reading = LogQuery.Parse(text);

            Assert.All(reading.Faults, fault => Assert.True(fault.Start >= 0 && fault.Length >= 0 && fault.Start + fault.Length <= text.Length, $"'{text}' {fault}"));
            Assert.Equal(reading.Query, LogQuery.Of(reading.Query.ToString()));
            Assert.NotNull(LogCompletion.At(text, random.Next(text.Length + 1)));
        }
    }

    [Fact]
    public void A_value_with_a_blank_is_not_cut_at_it()
    {
        var term = Assert.Single(LogQuery.Of(new LogQuery([new LogTerm(LogKey.Event, "Order Updated now")]).ToString()).Terms);

        Assert.Equal("Order Updated now", term.Values[0].Text);
    }

    [Theory]
    [InlineData("user:7", true)]
    [InlineData("anonymous:7", true)]
    [InlineData("email:j@example.test", true)]
    [InlineData("order:7", true)]
    [InlineData("words", true)]
    [InlineData("~user:7", true)]
    [InlineData("event:\"mail from j@example.test\"", true)]
    [InlineData("message:j@example.test", true)]
    [InlineData("state:failed code:5xx type:track origin:lab since:2h tries:>1", false)]
    [InlineData("event:\"Order Updated\" connection:\"My shop\" source:Web message:m-1 cause:dns_not_found id:dlv_2k", false)]
    public void A_term_knows_whether_it_may_stand_in_an_address(string text, bool isPersonal)
    {
        var query = LogQuery.Of(text);
        var (open, personal) = query.Apart();

        Assert.Equal(isPersonal, query.IsPersonal);
        Assert.Equal(query.Terms.Count, open.Terms.Count + personal.Terms.Count);
        Assert.False(open.IsPersonal);
    }

    [Theory]
    [InlineData("since:2h", "2026-11-24T10:00:00Z", null)]
    [InlineData("since:2h since:30m", "2026-11-24T11:30:00Z", null)]
    [InlineData("since:today", "2026-11-23T23:00:00Z", null)]
    [InlineData("until:yesterday", null, "2026-11-23T23:00:00Z")]
    [InlineData("since:2026-11-20 until:2026-11-20", "2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z")]
    [InlineData("since:2026-11-20T10:00 until:2026-11-20T10:30:00Z", "2026-11-20T09:00:00Z", "2026-11-20T10:30:00Z")]
    [InlineData("since:2026-11-20T10:00+02:00", "2026-11-20T08:00:00Z", null)]
    [InlineData("~since:2h", null, null)]
    public void Times_are_meant_by_the_askers_clock(string text, string? since, string? until)
    {
        var span = LogQuery.Of(text).At(s_now, TimeZoneInfo.CreateCustomTimeZone("one", TimeSpan.FromHours(1), "one", "one"));

        Assert.Equal((since, until), (span.Since is { } from ? LogTime.Write(from) : null, span.Until is { } to ? LogTime.Write(to) : null));
    }

    [Fact]
    public void A_pasted_interval_is_two_terms()
    {
        var (since, until) = LogTime.Interval(" 2026-11-24T10:00Z/2026-11-24T12:00Z ")!.Value;

        Assert.Equal("since:2026-11-24T10:00Z until:2026-11-24T12:00Z", new LogQuery([since, until]).ToString());
        Assert.Null(LogTime.Interval("a/b"));
        Assert.Null(LogTime.Interval("2026-11-24"));
    }

    [Theory]
    [InlineData("st", 2, 0, 2, null, "state:")]
    [InlineData("-or", 3, 1, 3, null, "order:,origin:")]
    [InlineData("state:fa", 8, 6, 8, LogKey.State, "failed")]
    [InlineData("state:failed,ca type:page", 15, 13, 15, LogKey.State, "canceled")]
    [InlineData("event:\"Order U", 14, 6, 14, LogKey.Event, "\"Order Updated\"")]
    [InlineData("code:5", 6, 5, 6, LogKey.Code, "5xx,500")]
    [InlineData("nothing:x", 9, 0, 9, null, "")]
    public void Completion_says_what_it_replaces_and_by_what(string text, int caret, int start, int end, LogKey? key, string inserts)
    {
        var known = new Dictionary<LogKey, IReadOnlyList<LogCounted>>
        {
            [LogKey.Event] = [new("Order Updated", 7)],
            [LogKey.Code] = [new("500", 3)],
        };

        var completion = LogCompletion.At(text, caret, known);

        Assert.Equal((start, end, key), (completion.Start, completion.End, completion.Key));
        Assert.Equal(inserts.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), completion.Suggestions.Select(one => one.Insert).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_has_an_example_that_is_read_as_its_own()
    {
        foreach (var key in LogKeys.All)
        {
            Assert.Equal(key.Key, Assert.Single(LogQuery.Of(key.Example).Terms).Key);
        }

        Assert.Equal(Enum.GetValues<LogKey>().Length - 1, LogKeys.All.Count);
    }

    private static LogTerm Term(Random random)
    {
        var key = LogKeys.All[random.Next(LogKeys.All.Count)];
        if (random.Next(5) == 0)
        {
            return Signed(new LogTerm(LogKey.Text, [new LogValue(Text(random) + "xy")]), random);
        }

        string One() => key.Key switch
        {
            LogKey.State or LogKey.Type or LogKey.Origin => key.Words[random.Next(key.Words.Count)],
            LogKey.Code => random.Next(3) switch { 0 => LogKeys.None, 1 => "4xx", _ => $"{random.Next(100, 600)}" },
            LogKey.Tries => new[] { "", ">", ">=", "<", "<=" }[random.Next(5)] + random.Next(20),
            LogKey.Since or LogKey.Until => new[] { "15m", "today", "2026-11-24", "2026-11-24T10:00:00.5Z", "2026-11-24 10:00" }[random.Next(5)],
            LogKey.Id => Core.PublicId.Delivery(random.Next(1, 1_000_000)),
            LogKey.Retry => Core.PublicId.Retry(random.Next(1, 1_000_000)),
            LogKey.Group => Core.PublicId.Group(random.Next(1, 1_000_000)),
            LogKey.Email => Text(random).Trim() + "e",
            LogKey.Cause => Text(random).ToLowerInvariant() + "c",
            _ => Text(random) + "v",
        };
        var isTime = key.Key is LogKey.Since or LogKey.Until;
        var values = Enumerable.Range(0, isTime ? 1 : random.Next(1, 4)).Select(_ => new LogValue(One(), key.MayBePrefix && random.Next(3) == 0)).Distinct().ToList();
        var term = Signed(new LogTerm(key.Key, values), random);
        return isTime ? term with { IsNot = false } : term;
    }

    private static LogTerm Signed(LogTerm term, Random random) => term with { IsNot = random.Next(3) == 0, IsOff = random.Next(4) == 0 };

    private static string Text(Random random)
    {
        const string Signs = "aB7 ,:*\"\\-~'é@.%_\t;=";
        return string.Concat(Enumerable.Range(0, random.Next(10)).Select(_ => Signs[random.Next(Signs.Length)]));
    }
}
