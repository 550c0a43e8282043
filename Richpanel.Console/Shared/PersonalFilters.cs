using System.Security.Cryptography;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Shared;

/// <summary>Personal values a list is narrowed to.</summary>
/// <param name="By">Who typed them: an address may be passed on, and others must not read them from it.</param>
public sealed record PersonalFilter(string? User, string? Email, string? By = null)
{
    /// <summary>Only when it looks like a person's, as somebody may have typed an e-mail there; else it stands in the address.</summary>
    public string? Order { get; init; }

    /// <inheritdoc cref="Order"/>
    public string? Event { get; init; }

    /// <inheritdoc cref="Order"/>
    public string? MessageId { get; init; }

    /// <summary>Terms of the log's query language that stand in no address, as one text.</summary>
    public string? Terms { get; init; }

    public bool IsEmpty => (User ?? Email ?? Order ?? Event ?? MessageId ?? Terms) is null;

    /// <summary>All of it as terms of the log's query language.</summary>
    public LogQuery ToQuery()
    {
        var query = LogQuery.Parse(Terms).Query;
        foreach (var (key, value) in new[] { (LogKey.User, User), (LogKey.Email, Email), (LogKey.Order, Order), (LogKey.Event, Event), (LogKey.Message, MessageId) })
        {
            query = value is null ? query : query.With(new LogTerm(key, value));
        }

        return query;
    }

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

    /// <summary>Null when the id is unknown or too old: the page then says that this part of the filter is gone.</summary>
    public PersonalFilter? Find(string? id)
    {
        lock (_gate)
        {
            return id is not null && _kept.TryGetValue(id, out var entry) && entry.Until > time.GetUtcNow() ? entry.Filter : null;
        }
    }
}
