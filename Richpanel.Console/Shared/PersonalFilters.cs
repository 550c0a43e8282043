using System.Security.Cryptography;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Shared;

/// <summary>Personal values a list is narrowed to.</summary>
/// <param name="Terms">Of the log's query language, as one text.</param>
/// <param name="By">Who typed them: an address may be passed on, and others must not read them from it.</param>
public sealed record PersonalFilter(string Terms, string? By)
{
    public LogQuery ToQuery() => LogQuery.Parse(Terms).Query;

    /// <summary>Names somebody for as long as the product runs.</summary>
    public static string? KeyOf(Actor? actor) => actor is null ? null : $"{actor.Kind}:{actor.Id}";
}

/// <summary>
/// Keeps a person's e-mail and user id out of addresses (which end in histories, logs and chats): the address carries a random id
/// that leads to the value for a while, in memory only.
/// </summary>
public sealed class PersonalFilters(TimeProvider time)
{
    private const int Most = 1_000;
    private static readonly TimeSpan s_life = TimeSpan.FromHours(8);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (PersonalFilter Filter, DateTimeOffset Until)> _kept = new(StringComparer.Ordinal);

    public string Keep(PersonalFilter filter)
    {
        var now = time.GetUtcNow();
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        lock (_gate)
        {
            foreach (var old in _kept.Where(entry => entry.Value.Until <= now).Select(entry => entry.Key).ToList())
            {
                _kept.Remove(old);
            }

            if (_kept.Count >= Most)
            {
                _kept.Remove(_kept.MinBy(entry => entry.Value.Until).Key);
            }

            _kept[id] = (filter, now + s_life);
        }

        return id;
    }

    /// <summary>A customer was erased: whatever looks for them is dropped.</summary>
    /// <param name="looksForThem">Told a query of the log.</param>
    public void Forget(Func<string, bool> looksForThem)
    {
        lock (_gate)
        {
            foreach (var id in _kept.Where(entry => looksForThem(entry.Value.Filter.Terms)).Select(entry => entry.Key).ToList())
            {
                _kept.Remove(id);
            }
        }
    }

    /// <summary>As <see cref="Find"/>, for whoever may see what somebody else typed, or typed it themselves.</summary>
    public PersonalFilter? FindFor(Actor? by, string? id) =>
        by is not null && Find(id) is { } kept && (Sight.Of(by).IsClear || kept.By == PersonalFilter.KeyOf(by)) ? kept : null;

    /// <summary>Null when the id is unknown or too old: the page then says that this part of the filter is gone.</summary>
    public PersonalFilter? Find(string? id)
    {
        lock (_gate)
        {
            return id is not null && _kept.TryGetValue(id, out var entry) && entry.Until > time.GetUtcNow() ? entry.Filter : null;
        }
    }
}
