using Richpanel.Core.Notes;

namespace Richpanel.Core.Mapping;

/// <summary>What is written down while one call is mapped: where each field came from, what was odd, what was not sent.</summary>
internal sealed class MappingTrail
{
    private readonly List<Note> _notes = [];
    private readonly List<Provenance> _provenance = [];
    private readonly List<string> _unsent = [];

    public IReadOnlyList<Provenance> Provenance => _provenance;

    /// <summary>A field went out: <paramref name="rule"/> says in words how.</summary>
    public void Moved(string target, string? source, string rule) => _provenance.Add(new Provenance(target, source, rule));

    public void Note(NoteKind kind, string? path, params string[] words) => _notes.Add(kind.At(path, words));

    /// <summary>Richpanel has no place for these; they will be named in the note <c>not_sent</c>.</summary>
    public void NotSent(IEnumerable<Found> rest)
    {
        foreach (var found in rest)
        {
            UnsentPaths.Add(_unsent, found.Value, found.Path);
        }
    }

    /// <summary>Traits that a call of this type must not carry, named in one note of this kind.</summary>
    public void TraitsNotSent(IEnumerable<Found> rest, NoteKind kind)
    {
        var paths = new List<string>();
        foreach (var found in rest)
        {
            UnsentPaths.Add(paths, found.Value, found.Path);
        }

        Note(kind, null, string.Join(", ", paths));
    }

    /// <summary>Every note, the collected <c>not_sent</c> last. What another rule made use of is not in it.</summary>
    public IReadOnlyList<Note> Notes()
    {
        var used = _provenance.Select(field => field.Source).ToHashSet();
        var unsent = _unsent.Where(path => !used.Contains(path)).ToList();
        return unsent.Count == 0 ? _notes : [.. _notes, NoteCatalog.NotSent.At(null, string.Join(", ", unsent))];
    }
}
