namespace Richpanel.Console.Shared;

/// <summary>Something a key does.</summary>
/// <param name="Keys">
/// As <c>KeyboardEvent.key</c> says it, one after another with a blank between: <c>j</c>, <c>?</c>, <c>Enter</c>, <c>g d</c>.
/// <c>mod+k</c> is Ctrl or Cmd with K, the one kind that also works while somebody is typing.
/// </param>
/// <param name="Words">What it does: <c>Next row</c>.</param>
/// <param name="Part">Heading in the sheet: the page's name, or <c>Everywhere</c>.</param>
public sealed record Shortcut(string Keys, string Words, string Part, Func<Task> Do)
{
    /// <summary>The page's own script listens for it, where a way to the server and back is too long: it is only shown.</summary>
    public bool IsOfScript { get; init; }
}

/// <summary>
/// The keys that do something now, in one list: the frame listens for them and the sheet (<c>?</c>) shows them. A page adds its own
/// while it is open and disposes what it gets:
/// <code>_keys = Shortcuts.Add("Deliveries", ("j", "Next row", NextAsync), ("x", "Select the row", SelectAsync));</code>
/// What runs is on the page's own dispatcher; call StateHasChanged as in any handler from outside. Keys do nothing while somebody
/// types into a field or a dialog is open. The last one added wins where two ask for the same keys. One per circuit.
/// </summary>
public sealed class Shortcuts
{
    public const string Everywhere = "Everywhere";

    private readonly List<Shortcut> _all = [];

    /// <summary>Others are listened for from now on.</summary>
    public event Action? Changed;

    /// <summary>In the order they were added.</summary>
    public IReadOnlyList<Shortcut> All => _all;

    /// <summary>Off by choice: only those with mod are listened for then (WCAG 2.1.4).</summary>
    public bool AreOff { get; private set; }

    public IDisposable Add(string part, params (string Keys, string Words, Func<Task> Do)[] keys)
    {
        Shortcut[] added = [.. keys.Select(one => new Shortcut(one.Keys, one.Words, part, one.Do))];
        _all.AddRange(added);
        Changed?.Invoke();
        return new Removal(this, added);
    }

    /// <summary>Keys that the page's own script listens for, so that the sheet shows them.</summary>
    public IDisposable AddOfScript(string part, params (string Keys, string Words)[] keys)
    {
        Shortcut[] added = [.. keys.Select(one => new Shortcut(one.Keys, one.Words, part, () => Task.CompletedTask) { IsOfScript = true })];
        _all.AddRange(added);
        Changed?.Invoke();
        return new Removal(this, added);
    }

    public Shortcut? Find(string keys) => _all.LastOrDefault(one => one.Keys == keys && !one.IsOfScript);

    public void Switch(bool off)
    {
        AreOff = off;
        Changed?.Invoke();
    }

    private sealed class Removal(Shortcuts from, Shortcut[] added) : IDisposable
    {
        public void Dispose()
        {
            if (from._all.RemoveAll(added.Contains) > 0)
            {
                from.Changed?.Invoke();
            }
        }
    }
}
