using System.Text;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

/// <summary>Makes what can be loaded from where it comes from. Pure.</summary>
public static class LabLoads
{
    private const string MaskedWords = "Personal data in it is hidden from your role: what would be sent is the hidden text.";

    public static LabLoad Of(Sample sample, DateTimeOffset now) => new(sample.Fill(Made.MessageId(), now), new LabSource($"the template {sample.Name}"));

    public static LabLoad Of(SampleContent sample) => new(
        JsonText.Pretty(sample.Call), new LabSource($"the saved sample {sample.Line.Name}", null, sample.IsMasked ? [MaskedWords] : []));

    /// <summary>Null: its text is gone.</summary>
    public static LabLoad? Of(DeliveryDetail detail)
    {
        if (detail.Call is not { Length: > 0 } bytes)
        {
            return null;
        }

        var id = PublicId.Delivery(detail.Row.Id);
        List<string> said = ["It keeps its message id, so a send is skipped as a duplicate of it; a new message id makes it a new event."];
        if (detail.IsMasked)
        {
            said.Insert(0, MaskedWords);
        }

        // What came to /v1/track and the like need not say what it is; here nothing else does.
        var text = Encoding.UTF8.GetString(bytes.Span);
        var type = detail.Row.Type.ToString().ToLowerInvariant();
        var typed = SafeJson.Read(text) is JsonTree.Map call && call["type"] is null && CallFields.Types.Contains(type) ? JsonText.Set(text, ["type"], JsonText.Quote(type)) : null;
        return new LabLoad(
            JsonText.Pretty(typed ?? text), new LabSource($"the delivery {id} ({detail.Row.EventName ?? detail.Row.Type.ToString().ToLowerInvariant()})", $"/deliveries/{id}", said));
    }

    /// <summary>To be sent in place of the delivery.</summary>
    public static LabLoad Of(EditOffer offer)
    {
        var edit = LabEdit.Of(offer);
        var row = offer.Detail.Row;
        return new LabLoad(offer.Call.Text, new LabSource($"the edit of {edit.Name} ({row.EventName ?? row.Type.ToString().ToLowerInvariant()})", edit.Address, offer.Call.Said) { Edit = edit });
    }

    public static LabLoad Of(PastedCall pasted) => new(pasted.Text, new LabSource(pasted.IsCurl ? "a pasted curl command" : "a pasted call", null, pasted.Said));
}
