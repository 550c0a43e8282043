using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Detail;

// What people ask of the delivery that is shown.
public sealed partial class DeliveryView
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(70);   // longer than the longest time-out of a send

    private DeliveryDetail? _retrying;
    private int? _retryingWith;
    private string? _answered;
    private string? _outcome;
    private DateTimeOffset? _queuedAt;
    private bool _busy;

    [Inject] public required DeliveryUnmasking Unmasking { get; init; }
    [Inject] public required DeliveryActions Actions { get; init; }
    [Inject] public required PersonalFilters Personal { get; init; }

    /// <summary>While it is asked for, what is known of it by now: never more than that.</summary>
    private string? OutcomeNow => _queuedAt is not { } at ? _outcome
        : _detail?.Row.State == DeliveryState.Sending ? $"Queued at {Time.Clock(at)}, and being sent now."
        : $"Queued at {Time.Clock(at)}. Waiting for the answer…";

    /// <summary>Opens the dialog with what a retry would send, where one is possible.</summary>
    public async Task AskRetryAsync()
    {
        if (_detail is not { } shown || _busy)
        {
            return;
        }

        if (DeliveryButtons.CanRetry(shown) && (await Viewer.FindAsync())?.May(Permission.ActOnOne) == true)
        {
            (_retrying, _retryingWith) = (_detail, _stamp?.ConnectionVersion);
        }
        else
        {
            Toasts.Add(WhyNoRetry(shown), Severity.Info);
        }

        StateHasChanged();
    }

    public async Task CopyCurlAsync()
    {
        if (Curl is not { } curl)
        {
            Toasts.Add("There is no request to copy: nothing was sent, and nothing would be.", Severity.Info);
            return;
        }

        await CopyAsync(curl, _sent is null ? "Copied as cURL: what would be sent now." : FormattableString.Invariant($"Copied as cURL: what try {Try!.Attempt.Number} sent."));
    }

    private Task ShareAsync() => CopyAsync(Navigation.ToAbsoluteUri(Address.Shared).ToString(), "The address is copied. Whoever opens it sees what their role may see.");

    private async Task CopyAsync(string text, string done)
    {
        if (await Browser.InvokeAsync<bool>("richpanel.copy", text))
        {
            Toasts.Add(done, Severity.Success);
        }
        else
        {
            Toasts.Add("The browser did not allow copying; select the text instead.", Severity.Warning);
        }
    }

    private static string WhyNoRetry(DeliveryDetail detail) => detail.Row switch
    {
        { State: DeliveryState.Waiting, Held: true } => "It is held, and goes out by itself once the connection goes on.",
        { State: DeliveryState.Waiting } => "It will be tried by itself: use Try now among its tries.",
        { State: DeliveryState.Sending } => "It is being sent now.",
        { State: DeliveryState.Skipped } => "Skipped events are never sent.",
        { Stage: FailureStage.Reading } => "It cannot be retried: reading it again would end the same way.",
        _ when DeliveryButtons.IsSpent(detail) => "It cannot be sent again: its content was removed by its age.",
        { State: DeliveryState.Failed or DeliveryState.Canceled or DeliveryState.Accepted } => new ForbiddenException(Permission.ActOnOne).Message,
        _ => "It cannot be retried any more.",
    };

    /// <summary>The address asks for the dialog: once, so that it can be closed.</summary>
    private async Task AnswerAskAsync()
    {
        if (Address.Ask == DetailAddress.AskRetry && _answered != Address.Id)
        {
            _answered = Address.Id;
            await AskRetryAsync();
            Navigation.NavigateTo((Address with { Ask = null }).ToString(), replace: true);
        }
        else if (Address.Ask is null)
        {
            _answered = null;
        }
    }

    private void ForgetRetry() => _retrying = null;

    private void ForgetActs() => (_retrying, _outcome, _queuedAt, _busy) = (null, null, null, false);

    private async Task RetryAsync(bool asThen)
    {
        var (seen, version) = (_retrying?.Row.AttemptCount, _retryingWith);
        _retrying = null;
        await ActAsync((by, id) => Actions.RetryAsync(by, id, asThen, _leaving.Token, seen, version), waits: true);
    }

    private Task TryNowAsync() => ActAsync((by, id) => Actions.TryNowAsync(by, id, _leaving.Token), waits: true);

    private Task CancelAsync() => ActAsync((by, id) => Actions.CancelAsync(by, id, _leaving.Token), waits: false);

    /// <summary>Does it, and says what really came of it: what was asked for is not yet what happened.</summary>
    private async Task ActAsync(Func<Actor, long, Task<ActionOutcome>> act, bool waits)
    {
        if (_detail is null)
        {
            return;   // removed this moment
        }

        var (id, name, before) = (_detail.Row.Id, Name, _detail.Row.AttemptCount);
        (_busy, _outcome, _queuedAt) = (true, null, null);
        string said;
        try
        {
            var asked = await act(await Viewer.ActorAsync(), id);
            if (asked.Done && waits && IsShown(id))
            {
                _queuedAt = Clock.GetUtcNow();
                await ReadAsync();
            }

            var ended = asked.Done && waits ? await Actions.WaitForOutcomeAsync(id, before, s_patience, _leaving.Token) : null;
            if (IsShown(id))
            {
                await ReadAsync();
            }

            said = ActionWords.Of(asked, ended, before, waits);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
        catch (ForbiddenException refused)
        {
            said = refused.Message;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A person's wish about a delivery could not be carried out");
            said = "This could not be done: the database did not answer. The reason is in the log.";
        }

        if (IsShown(id))
        {
            (_busy, _outcome, _queuedAt) = (false, said, null);
        }
        else
        {
            Toasts.Add($"{name}: {said}", Severity.Info);   // another one is shown by now
        }
    }

    /// <summary>Ids have more than one spelling: an address may be typed.</summary>
    private bool IsShown(long id) => PublicId.Parse(Address.Id, "dlv") == id;

    /// <summary>Shows it for this page view only; gives back why not.</summary>
    private async Task<string?> UnmaskAsync(string reason)
    {
        try
        {
            if (_detail is not { Row.Id: var id })
            {
                return "The delivery is gone.";
            }

            switch (await Unmasking.UnmaskAsync(await Viewer.ActorAsync(), id, reason, _leaving.Token))
            {
                case UnmaskOutcome.Shown shown:
                    if (IsShown(id))
                    {
                        (_detail, _asked) = (shown.Detail, shown.Sight);
                        _sent = Try is { } one ? Core.Preview.SentRequest.Of(one, Connection) : null;
                        _related = await RelatedOnes.OfAsync(shown.Sight, id, _leaving.Token);
                        StateHasChanged();
                    }

                    return null;
                case UnmaskOutcome.NoReason:
                    return DeliveryUnmasking.ReasonNeeded;
                default:
                    return "The delivery is gone.";
            }
        }
        catch (ForbiddenException refused)
        {
            return refused.Message;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "Personal data of a delivery was asked for and could not be shown");
            return "Nothing is shown: the reason could not be written into the change log. Try again.";
        }
    }

    private async Task HideAsync()
    {
        _asked = null;
        await ReadAsync();
        _related = _detail is null ? null : await RelatedOnes.OfAsync(await SightAsync(), _detail.Row.Id, _leaving.Token);
    }

    /// <summary>All of this customer in the log: who that is stands in no address.</summary>
    private async Task AskCustomerAsync()
    {
        if (_related?.Customer is { } customer)
        {
            var who = Personal.Keep(new PersonalFilter(new LogQuery([customer]).ToString(), PersonalFilter.KeyOf(await Viewer.FindAsync())));
            Navigation.NavigateTo(new LogAddress { Who = who }.ToString());
        }
    }
}
