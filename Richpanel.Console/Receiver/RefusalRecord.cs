using System.Buffers;
using System.Text;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

/// <summary>Turns a refused visit into a counted refusal, with the beginning of its body when one is wanted; keys masked.</summary>
internal sealed class RefusalRecord(Refusals refusals)
{
    private static readonly SearchValues<byte> s_beforeValue = SearchValues.Create(" \t\r\n:\""u8);
    private static readonly SearchValues<byte> s_valueEnds = SearchValues.Create("\",}\r\n"u8);

    private static ReadOnlySpan<byte> KeyName => "\"writeKey\""u8;

    public void Write(DoorVisit visit, SegmentAnswer answer)
    {
        if (visit.IsKept || answer.Cause is not { } cause)
        {
            return;
        }

        var address = visit.Context.Connection.RemoteIpAddress?.ToString();
        var sample = visit.Body.Length > 0 && refusals.WantsSample(cause.Code, address) ? SampleOf(visit.Body.Span, BasicUser.Of(visit.Request), visit.AddressKey) : null;
        refusals.Count(new Refusal(
            visit.Source?.ConnectionId ?? 0, visit.Source?.Id, visit.Route.Name, cause.Code, answer.Status, answer.Path, answer.Message, address, sample));
    }

    /// <summary>
    /// The body may be anything, so keys are looked for as bytes: after every <c>"writeKey"</c> whatever stands until the next
    /// quote, comma, brace or line end is overwritten, and the keys the request showed elsewhere wherever they stand.
    /// </summary>
    internal static byte[] SampleOf(ReadOnlySpan<byte> body, params ReadOnlySpan<string?> shownKeys)
    {
        var sample = body[..Math.Min(body.Length, Refusals.SampleBytes)].ToArray();
        var rest = sample.AsSpan();
        int at;
        while ((at = rest.IndexOf(KeyName)) >= 0)
        {
            rest = rest[(at + KeyName.Length)..];
            var value = rest[rest.IndexOfAnyExcept(s_beforeValue) is var start and >= 0 ? start.. : rest.Length..];
            var end = value.IndexOfAny(s_valueEnds);
            (end < 0 ? value : value[..end]).Fill((byte)'*');
            rest = end < 0 ? [] : value[end..];
        }

        foreach (var key in shownKeys)
        {
            Overwrite(sample, key);
        }

        return sample;
    }

    private static void Overwrite(Span<byte> sample, string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(key);
        for (int at; (at = sample.IndexOf(bytes)) >= 0; sample = sample[(at + bytes.Length)..])
        {
            sample.Slice(at, bytes.Length).Fill((byte)'*');
        }
    }
}
