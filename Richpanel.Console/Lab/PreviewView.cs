using System.Text;
using Richpanel.Console.Shared;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

/// <summary>A preview as the page shows it.</summary>
/// <param name="Points">The verdict taken apart.</param>
/// <param name="Call">The mapped call; null when there is none.</param>
/// <param name="Request">Method, address, headers and body as text, placeholders for what is secret; null when nothing would be sent.</param>
public sealed record PreviewView(
    Verdict Verdict, IReadOnlyList<VerdictPoint> Points, JsonTree? Call, IReadOnlyList<Note> Notes, IReadOnlyList<Provenance> Provenance, string? Request)
{
    public static PreviewView Of(PreviewResult result) => new(
        Verdict.Of(result), VerdictPoints.Of(result), result.Call?.Content, result.Notes, result.Provenance, result.Request is null ? null : Text(result.Request));

    private static string Text(PreviewRequest request)
    {
        var text = new StringBuilder().Append(request.Method).Append(' ').Append(request.Url).Append('\n');
        foreach (var (name, value) in request.Headers)
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }

        return text.Append('\n').Append(request.Body).ToString();
    }
}
