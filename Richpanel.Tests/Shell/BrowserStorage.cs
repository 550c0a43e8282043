using System.Diagnostics.CodeAnalysis;
using Microsoft.JSInterop;

namespace Richpanel.Tests.Shell;

/// <summary>The few functions of app.js that keep a draft, in memory.</summary>
internal sealed class BrowserStorage : IJSRuntime
{
    public Dictionary<string, string> Kept { get; } = new(StringComparer.Ordinal);

    public ValueTask<T> InvokeAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)] T>(string identifier, object?[]? args)
    {
        var key = (string)args![0]!;
        switch (identifier)
        {
            case "richpanel.draft.read":
                var (from, length) = ((int)args[1]!, (int)args[2]!);
                return ValueTask.FromResult(Kept.TryGetValue(key, out var text) && from < text.Length ? (T)(object)text.Substring(from, Math.Min(length, text.Length - from)) : default!);
            case "richpanel.draft.write":
                Kept[key] = (string)args[1]!;
                break;
            case "richpanel.draft.drop":
                Kept.Remove(key);
                break;
        }

        return ValueTask.FromResult<T>(default!);
    }

    public ValueTask<T> InvokeAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)] T>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
        InvokeAsync<T>(identifier, args);
}
