using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.JSInterop;

namespace Richpanel.Console.Shared;

/// <summary>What somebody had typed, and when.</summary>
/// <typeparam name="T">A class or record that JSON can carry.</typeparam>
public sealed record Draft<T>(T Value, DateTimeOffset At);

/// <summary>
/// What is being typed, kept in this browser (its local storage), so that a lost circuit or a restart loses nothing. One per circuit.
/// <code>
/// if (await Drafts.FindAsync&lt;LabDraft&gt;("lab") is { } draft) { … }        // after the first render; show &lt;RestoredDraft At="draft.At" OnDiscard="…" /&gt;
/// await Drafts.KeepAsync("lab", new LabDraft(_text, _connection));        // at each change; the whole of it, again
/// await Drafts.DiscardAsync("lab");                                       // once it was sent or saved, or when they say so
/// </code>
/// A draft belongs to one form and one person: the next one at the same browser never gets it, and signing out takes it away.
/// No secret is ever in it: members whose names say Secret, Password, Token or WriteKey are left out, whatever they hold.
/// </summary>
public sealed class DraftStore(IJSRuntime browser, Viewer viewer, TimeProvider time)
{
    /// <summary>Older ones are thrown away unread.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>UTF-16 units that come back at a time: even if each takes six bytes, they fit into one message of a circuit (32 KiB).</summary>
    private const int PieceLength = 5_000;

    private static readonly string[] s_secrets = ["Secret", "Password", "Token", "WriteKey"];

    private static readonly JsonSerializerOptions s_json = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveSecretsOut } },
    };

    /// <summary>Null: none, too old, of another version's shape, or the browser keeps nothing.</summary>
    /// <param name="form">Names the form, and where there are several the thing: <c>connection:con_3</c>.</param>
    public async Task<Draft<T>?> FindAsync<T>(string form)
        where T : class
    {
        if (await KeyAsync(form) is not { } key)
        {
            return null;
        }

        var text = new StringBuilder();
        string? piece;
        do
        {
            piece = await browser.InvokeAsync<string?>("richpanel.draft.read", key, text.Length, PieceLength);
            text.Append(piece);
        }
        while (piece?.Length == PieceLength);

        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize<Kept<T>>(text.ToString(), s_json) is { Value: not null } kept && time.GetUtcNow() - kept.At < Life)
            {
                return new Draft<T>(kept.Value, kept.At);
            }
        }
        catch (JsonException)
        {
            // Of another version: worth nothing to this one.
        }

        await DiscardAsync(form);
        return null;
    }

    /// <summary>Keeps the whole of what is typed, in place of what was kept before.</summary>
    public async Task KeepAsync<T>(string form, T value)
        where T : class
    {
        if (await KeyAsync(form) is { } key)
        {
            await browser.InvokeVoidAsync("richpanel.draft.write", key, JsonSerializer.Serialize(new Kept<T>(value, time.GetUtcNow()), s_json));
        }
    }

    public async Task DiscardAsync(string form)
    {
        if (await KeyAsync(form) is { } key)
        {
            await browser.InvokeVoidAsync("richpanel.draft.drop", key);
        }
    }

    /// <summary>Null when nobody is signed in any more.</summary>
    private async Task<string?> KeyAsync(string form) => PersonalFilter.KeyOf(await viewer.FindAsync()) is { } who ? $"draft:{who}:{form}" : null;

    private static void LeaveSecretsOut(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => Array.Exists(s_secrets, word => property.Name.Contains(word, StringComparison.OrdinalIgnoreCase))))
        {
            property.ShouldSerialize = (_, _) => false;
        }
    }

    private sealed record Kept<T>(T Value, DateTimeOffset At);
}
