using MudBlazor;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Shared;

/// <summary>The one place that says which word, icon and colour a state has.</summary>
/// <param name="Name">Lower case, as in addresses and in the style sheet's <c>--state-*</c>.</param>
public sealed record StateLook(string Name, string Word, string Icon)
{
    public static StateLook Of(DeliveryState state, bool held = false) => state switch
    {
        DeliveryState.Waiting when held => new("held", "Held", Icons.Material.Outlined.PauseCircle),
        DeliveryState.Waiting => new("waiting", "Waiting", Icons.Material.Outlined.Schedule),
        DeliveryState.Sending => new("sending", "Sending", Icons.Material.Outlined.ArrowCircleUp),
        DeliveryState.Accepted => new("accepted", "Accepted", Icons.Material.Outlined.CheckCircle),
        DeliveryState.Failed => new("failed", "Failed", Icons.Material.Outlined.ErrorOutline),
        DeliveryState.Skipped => new("skipped", "Skipped", Icons.Material.Outlined.RemoveCircleOutline),
        DeliveryState.Canceled => new("canceled", "Canceled", Icons.Material.Outlined.Cancel),
        DeliveryState.Settled => new("settled", "Settled", Icons.Material.Outlined.TaskAlt),
        DeliveryState.Purged => new("purged", "Purged", Icons.Material.Outlined.DeleteSweep),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
