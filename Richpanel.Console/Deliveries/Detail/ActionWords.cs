using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>What became of a click, in words. Pure.</summary>
public static class ActionWords
{
    /// <param name="asked">What the store said to the wish.</param>
    /// <param name="ended">The delivery after waiting for its outcome; null when nothing was waited for.</param>
    /// <param name="attemptsBefore">Tries when the button was pressed.</param>
    /// <param name="waits">Whether an attempt follows from the wish.</param>
    public static string Of(ActionOutcome asked, Delivery? ended, int attemptsBefore, bool waits)
    {
        if (asked.SettingsChanged)
        {
            return "Not done: the connection's settings were changed after this was shown. Look again at what would be sent now.";
        }

        if (!asked.Done)
        {
            return asked.State is { } state ? $"Not done: the delivery has moved on and is {state.ToString().ToLowerInvariant()} now." : "Not done: there is no such delivery any more.";
        }

        if (!waits)
        {
            return "Done: it will not be sent.";
        }

        return ended switch
        {
            null => "It is queued; no answer yet.",
            { State: DeliveryState.Accepted } => $"Accepted on try {ended.AttemptCount}.",
            { State: DeliveryState.Failed } => $"Failed again: {Title(ended)}.",
            { State: DeliveryState.Skipped } => $"Skipped: {Title(ended)}.",
            { State: DeliveryState.Waiting } when ended.AttemptCount > attemptsBefore => $"Tried, without success: {Title(ended)}. It will be tried again.",
            _ => "It is queued; no answer yet. This page shows the outcome when there is one.",
        };
    }

    private static string Title(Delivery delivery) => delivery.Cause is { } code ? CauseCatalog.Find(code).Title : "no cause recorded";
}
