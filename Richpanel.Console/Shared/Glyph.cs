using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Richpanel.Console.Shared;

/// <summary>
/// An icon as markup, drawn as <see cref="MudIcon"/> draws it. For rows of long tables: a component for each icon of each row is
/// kept by the server for as long as a page is open.
/// </summary>
internal static class Glyph
{
    private static readonly ConcurrentDictionary<string, MarkupString> s_drawn = new();

    /// <param name="icon">Content of a 24 × 24 <c>svg</c>, one of <see cref="Icons"/>.</param>
    public static MarkupString Small(string icon) => s_drawn.GetOrAdd(
        icon, static icon => new($"""<svg class="mud-icon-root mud-svg-icon mud-icon-size-small" focusable="false" viewBox="0 0 24 24" aria-hidden="true">{icon}</svg>"""));
}
