using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

/// <summary>Turns a refused visit into a counted refusal, with the beginning of its body when one is wanted; keys masked.</summary>
internal sealed class RefusalRecord(Refusals refusals)
{
    /// <summary>Looked at beyond what is kept, so that a key that the cut would halve is seen whole.</summary>
    private const int Margin = 1024;

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

    /// <summary>The body may be anything, so keys are looked for as bytes: those named as one, and those the request showed elsewhere.</summary>
    internal static byte[] SampleOf(ReadOnlySpan<byte> body, params ReadOnlySpan<string?> shownKeys)
    {
        var sample = body[..Math.Min(body.Length, Refusals.SampleBytes + Margin)].ToArray();
        KeyMask.OverwriteNamed(sample);
        foreach (var key in shownKeys)
        {
            KeyMask.OverwriteKnown(sample, key);
        }

        return sample.Length <= Refusals.SampleBytes ? sample : sample[..Refusals.SampleBytes];
    }
}
