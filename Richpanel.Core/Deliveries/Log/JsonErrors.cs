using System.Text.Json;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// What an answer says below a member <c>errors</c> or <c>error</c>, where no member is a message: the first few texts, each with the
/// name of its member, as in <c>email: is invalid</c>. Pure.
/// </summary>
internal static class JsonErrors
{
    /// <summary>A list of mistakes may go on for long; the first ones tell it apart.</summary>
    private const int MostTexts = 3;

    /// <summary>What was given, not what is wrong with it: another one for each customer.</summary>
    private static readonly System.Collections.Frozen.FrozenSet<string> s_given = System.Collections.Frozen.FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "value", "input", "given", "received", "actual", "rejectedValue", "rejected_value", "id", "requestId", "request_id", "traceId", "trace_id");

    /// <param name="answer">May be cut off anywhere.</param>
    /// <returns>Null when it is no JSON, or has no such texts.</returns>
    public static string? Of(ReadOnlySpan<byte> answer)
    {
        List<string> texts = [];
        try
        {
            Read(answer, texts);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Cut off, or no JSON from here on: what was read so far stands. The other exception is half a character in a text.
        }

        return texts.Count == 0 ? null : string.Join(", ", texts);
    }

    private static void Read(ReadOnlySpan<byte> answer, List<string> texts)
    {
        var reader = new Utf8JsonReader(answer, isFinalBlock: false, state: default);
        int? errors = null;   // how deep the member stands whose texts count
        string? name = null;
        while (texts.Count < MostTexts && reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var member = reader.GetString()!;
                    if (errors is { } depth && reader.CurrentDepth <= depth)
                    {
                        errors = null;
                    }

                    if (errors is null)
                    {
                        errors = member.ToUpperInvariant() is "ERRORS" or "ERROR" ? reader.CurrentDepth : null;
                        name = null;
                    }
                    else
                    {
                        name = member;
                    }

                    break;
                case JsonTokenType.String when errors is not null && (name is null || !s_given.Contains(name)) && reader.GetString() is { Length: > 0 } text:
                    texts.Add(name is null ? text : $"{name}: {text}");
                    break;
                default:
                    break;
            }
        }
    }
}
