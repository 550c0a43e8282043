using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Health;
using Richpanel.Core.Ledger;
using Richpanel.Core.Support;

namespace Richpanel.Core.Alerts.Rules;

/// <summary>Facts from what Overview shows: the same sentence of a connection, the same faults of the installation. Pure.</summary>
public static class AlertFacts
{
    private const string About = "/about";

    private const string Alerts = "/alerts";

    /// <summary>What is said of a part of the installation that is well again; the codes of one disk are one subject.</summary>
    private static readonly (string Subject, string[] Codes, string Name, string Well)[] s_parts =
    [
        ("store_failing", ["store_failing"], "Writing to the database", "The database can be written again"),
        ("database_damaged", ["database_damaged"], "The database file", "The database file is in order again"),
        ("disk", ["disk_low", "disk_full"], "The disk of the database", "The disk of the database has room again"),
        ("ledger_mismatch", ["ledger_mismatch"], "The ledger", "The ledger adds up again"),
    ];

    public static AlertFact Of(Connection connection, HealthSentence health, LedgerLine line)
    {
        var fact = new AlertFact(AlertFact.SubjectOf(connection.Id), health.State, $"{connection.Name} {health.Text}", "", "")
        {
            ConnectionId = connection.Id,
            Connection = connection.Name,
            Environment = Enum.GetName(connection.Environment),
            Cause = health.Cause,
            Since = health.Since,
            Waiting = line.Waiting,
            Held = line.WaitingHeld,
            Link = LinkOf(connection, health),
        };
        return health switch
        {
            { State: HealthState.Healthy } => fact with
            {
                Title = $"{connection.Name} gets through again",
                Text = "What it sends is accepted, as far as can be seen here.",
                Remedy = "What failed meanwhile is not sent again by itself: look at it, and retry what should still arrive.",
            },
            { State: HealthState.Held, Until: null } => Why(fact, health) with { TellsAtOnce = true },
            { State: HealthState.Held or HealthState.Failing or HealthState.Degraded, Cause: not null } => Why(fact, health),
            _ => fact with { Text = health.Detail, Remedy = "It goes on by itself. Look at it if it lasts." },
        };
    }

    /// <summary>A channel that an alert was given up on, until something goes out by it again.</summary>
    /// <param name="why">What came of the last try; null when there was none.</param>
    public static AlertFact OfChannel(long id, string name, bool isDead, string? why) => isDead
        ? new(AlertFact.SubjectOfChannel(id), HealthState.Degraded, $"The channel {name} does not get through", $"An alert to it was given up. {why}".TrimEnd(), "Mend the channel, and send a test by it: until one is taken nobody is told by it.")
        {
            Link = Alerts,
            TellsAtOnce = true,   // it was tried long enough
        }
        : new(AlertFact.SubjectOfChannel(id), HealthState.Healthy, $"The channel {name} gets through again", "What goes out by it is taken.", "Nothing needs doing.") { Link = Alerts };

    public static AlertFact Of(Fault fault) => new(
        PartOf(fault.Code), fault.IsGrave ? HealthState.Failing : HealthState.Degraded, FirstSentence(fault.Text), fault.Text, fault.Remedy)
    {
        Cause = fault.Code,
        Since = fault.Since,
        Link = About,
        TellsAtOnce = fault.Code == "database_damaged",   // it does not mend itself
    };

    /// <summary>Of every part of the installation: the faults there are, and that the others have none.</summary>
    /// <param name="told">Subjects that something was told of: a fault that this list does not know ends, too.</param>
    public static IReadOnlyList<AlertFact> OfInstallation(IReadOnlyCollection<Fault> faults, IEnumerable<string> told)
    {
        var bad = faults.Select(Of).DistinctBy(fact => fact.Subject).ToList();   // the gravest comes first
        var parts = s_parts.Select(part => part.Subject).Union(told.Where(subject => !subject.StartsWith(AlertFact.OfConnection, StringComparison.Ordinal) && !subject.StartsWith(AlertFact.OfChannel, StringComparison.Ordinal)));
        return [.. bad, .. parts.Where(part => bad.All(fact => fact.Subject != part)).Select(Well)];
    }

    /// <summary>What a subject of the installation is called in a list.</summary>
    public static string NameOf(string part) => s_parts.Where(one => one.Subject == part).Select(one => one.Name).FirstOrDefault() ?? part;

    private static AlertFact Well(string part) => new(
        part, HealthState.Healthy, s_parts.Where(one => one.Subject == part).Select(one => one.Well).FirstOrDefault() ?? $"The fault {part} is over", "Nothing is left of it.", "Nothing needs doing.")
    {
        Link = About,
    };

    private static string PartOf(string code) => s_parts.Where(part => part.Codes.Contains(code)).Select(part => part.Subject).FirstOrDefault() ?? code;

    private static AlertFact Why(AlertFact fact, HealthSentence health) =>
        CauseCatalog.Find(health.Cause!) is var cause ? fact with { Text = cause.Text, Remedy = cause.Remedy } : fact;

    private static string LinkOf(Connection connection, HealthSentence health) => health switch
    {
        { State: HealthState.Held } => $"/connections/{PublicId.Connection(connection.Id)}",
        { State: HealthState.Healthy } => Log(connection, "state:failed"),
        { Cause: { } cause } => Log(connection, $"state:failed,waiting cause:{cause}"),
        _ => Log(connection, "state:waiting"),
    };

    private static string Log(Connection connection, string terms) =>
        $"/deliveries?q={Uri.EscapeDataString($"{terms} {new LogTerm(LogKey.Connection, connection.Name)}")}";

    private static string FirstSentence(string text) =>
        text.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? text[..end] : text.TrimEnd('.');
}
