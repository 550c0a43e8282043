namespace Richpanel.Core.Deliveries.Query;

/// <summary>Something in a query that cannot be read.</summary>
/// <param name="Start">First character of it in the text, from 0.</param>
/// <param name="Length">How many characters it takes; at least 1 unless the text ended too soon.</param>
/// <param name="What">What is wrong, a sentence.</param>
/// <param name="Remedy">What to type instead, a sentence.</param>
public sealed record LogFault(int Start, int Length, string What, string Remedy);

/// <summary>What was read of a text: the terms that could be, and what could not.</summary>
public sealed record LogReading(LogQuery Query, IReadOnlyList<LogFault> Faults)
{
    public bool IsGood => Faults.Count == 0;
}

/// <summary>Received at <paramref name="Since"/> or later and before <paramref name="Until"/>; null = without that end.</summary>
public readonly record struct LogSpan(DateTimeOffset? Since, DateTimeOffset? Until);

/// <summary>
/// A question to the delivery log, as people type it: <c>state:failed code:5xx event:"Order Updated" -origin:lab since:2h</c>.
/// Pure; relative times stay relative until <see cref="At"/>.
/// </summary>
public sealed record LogQuery(IReadOnlyList<LogTerm> Terms)
{
    /// <summary>Longest text that is read.</summary>
    public const int MostCharacters = 8_000;

    public const int MostTerms = 40;

    /// <summary>Alternatives in one term.</summary>
    public const int MostValues = 200;

    public static LogQuery All { get; } = new LogQuery([]);

    /// <summary>Nothing narrows it: no term, or all switched off.</summary>
    public bool IsAll => Terms.All(term => term.IsOff);

    /// <summary>The terms that count.</summary>
    public IEnumerable<LogTerm> Active => Terms.Where(term => !term.IsOff);

    /// <summary>Some term that must not stand in an address.</summary>
    public bool IsPersonal => Terms.Any(term => term.IsPersonal);

    public static LogReading Parse(string? text) => new LogParser(text ?? "").Read();

    /// <summary>For texts of our own.</summary>
    /// <exception cref="FormatException">It has a fault.</exception>
    public static LogQuery Of(string text) =>
        Parse(text) is { IsGood: true } reading ? reading.Query : throw new FormatException($"'{text}' is no query of the delivery log.");

    /// <summary>With this term at its end, if it is not in it yet.</summary>
    public LogQuery With(LogTerm term) => Terms.Contains(term) ? this : new LogQuery([.. Terms, term]);

    /// <summary>With this one in place of every term of its key: a time range, a tab.</summary>
    public LogQuery Instead(LogTerm term) => new([.. Terms.Where(one => one.Key != term.Key), term]);

    public LogQuery Without(LogTerm term) => new([.. Terms.Where(one => one != term)]);

    public LogQuery WithoutKey(LogKey key) => new([.. Terms.Where(one => one.Key != key)]);

    public LogQuery Replace(LogTerm term, LogTerm by) => new([.. Terms.Select(one => one == term ? by : one).Distinct()]);

    /// <summary>What may stand in an address, and what must not.</summary>
    public (LogQuery Open, LogQuery Personal) Apart() => (new([.. Terms.Where(term => !term.IsPersonal)]), new([.. Terms.Where(term => term.IsPersonal)]));

    /// <summary>Both together; the other's terms come last.</summary>
    public LogQuery And(LogQuery other) => other.Terms.Aggregate(this, (query, term) => query.With(term));

    /// <summary>The span of receipt it asks for, by this clock and in this zone: the latest <c>since</c>, the earliest <c>until</c>.</summary>
    public LogSpan At(DateTimeOffset now, TimeZoneInfo zone)
    {
        var since = Active.Where(term => term.Key == LogKey.Since).Select(term => LogTime.Start(term.Values[0].Text, now, zone)).Max();
        var until = Active.Where(term => term.Key == LogKey.Until).Select(term => LogTime.End(term.Values[0].Text, now, zone)).Min();
        return new LogSpan(since, until);
    }

    /// <summary>The one spelling of it; <see cref="Parse"/> gives the same query back.</summary>
    public override string ToString() => string.Join(' ', Terms);

    public bool Equals(LogQuery? other) => other is not null && Terms.SequenceEqual(other.Terms);

    public override int GetHashCode() => Terms.Aggregate(0, HashCode.Combine);
}
