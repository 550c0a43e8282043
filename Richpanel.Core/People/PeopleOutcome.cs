namespace Richpanel.Core.People;

/// <summary>What became of a change to a person: done, or sentences that say why not and what to do.</summary>
public sealed record PeopleOutcome(Person? Person, IReadOnlyList<string> Faults)
{
    public bool Done => Faults.Count == 0;

    public static PeopleOutcome Of(Person person) => new(person, []);

    public static PeopleOutcome Refused(params IReadOnlyList<string> faults) => new(null, faults);
}

/// <summary>Nobody could administer the product any more.</summary>
public sealed class LastAdminException() : Exception("This is the last admin who can sign in. Give somebody else the role admin first.");
