using System.Text;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Lab;

// A delivery is edited: what is sent takes its place. The edit belongs to the text, so that another text ends it and undo brings it back.
public sealed partial class LabPage
{
    private DeliveryDetail? _hidden;   // asked for, and to be shown in clear first
    private (string Id, string Why)? _refused;
    private string? _ended;
    private Sight? _shown;
    private PreviewResult? _mapped;
    private bool _knows;

    [SupplyParameterFromQuery(Name = "edit")] public string? EditId { get; set; }

    [Inject] public required DeliveryEdits Edits { get; init; }
    [Inject] public required DeliveryUnmasking Unmasking { get; init; }

    private LabEdit? Editing => _source.Edit;

    /// <summary>The browser's script keeps drafts by itself, too.</summary>
    private string? DraftKey => _source.IsPrivate ? null : _draftKey;

    /// <summary>Takes the delivery's call to be edited; where that is not possible it is said why, and nothing else is taken.</summary>
    private async Task OpenEditAsync(string publicId, Func<LabLoad, Task> take)
    {
        try
        {
            switch (await OpeningAsync(publicId, await Viewer.SightAsync()))
            {
                case EditOpening.Offered { Offer: var offer }:
                    await take(LabLoads.Of(offer));
                    break;
                case EditOpening.Masked masked:
                    _hidden = masked.Detail;
                    break;
                case EditOpening.NotPossible { Why: var why }:
                    _refused = (publicId, why);
                    break;
                default:
                    _refused = (publicId, "There is no such delivery.");
                    break;
            }
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A delivery could not be opened for editing");
            _refused = (publicId, "It could not be read: the database did not answer. Reload the page to try again.");
        }
    }

    private Task<EditOpening> OpeningAsync(string publicId, Sight sight) =>
        PublicId.Parse(publicId, "dlv") is { } id ? Edits.OpenAsync(sight, id, _leaving.Token) : Task.FromResult<EditOpening>(new EditOpening.Missing());

    /// <summary>Gives back why it is not shown.</summary>
    private async Task<string?> UnmaskAsync(string reason)
    {
        try
        {
            var id = _hidden!.Row.Id;
            switch (await Unmasking.UnmaskAsync(await Viewer.ActorAsync(), id, reason, _leaving.Token))
            {
                case UnmaskOutcome.Shown shown:
                    _shown = shown.Sight;
                    if (await Edits.OpenAsync(shown.Detail, _leaving.Token) is EditOpening.Offered { Offer: var offer })
                    {
                        var load = LabLoads.Of(offer);
                        Put(load with { Source = load.Source with { IsPrivate = true } });
                    }
                    else
                    {
                        (_hidden, _refused) = (null, (PublicId.Delivery(id), "It has moved on meanwhile."));
                    }

                    StateHasChanged();
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
            Log.LogError(failure, "Personal data of a delivery was asked for to edit it, and could not be shown");
            return "Nothing is shown: the reason could not be written into the change log. Try again.";
        }
    }

    /// <summary>The text stays as it is, as a call of its own; undo makes it the edit again.</summary>
    private async Task StopEditingAsync()
    {
        if (_hidden is not null)
        {
            _hidden = null;
            KeepAddress();
            return;
        }

        await SyncAsync();
        var own = new LabSource(
            $"your edit of {Editing!.Name}", Editing.Address, ["It keeps the message id: sent as it stands it repeats that delivery. A new message id makes it a new event."]);
        await PickAsync(new LabLoad(_text, own with { IsPrivate = _source.IsPrivate }));
    }

    private Task KnowAsync(bool knows)
    {
        _knows = knows;
        return Task.CompletedTask;
    }

    /// <summary>Sends exactly what the editor holds in place of the delivery, and says what came of it.</summary>
    private async Task ResendAsync()
    {
        var knew = _knows;
        await SyncAsync();
        Show();
        _results.Clear();
        _ofEarlier = null;
        if (_fault is not null || _target is not { } target || Editing is not { Closed: null, Offer: { } offer } edit || (edit.Guard is not null && !knew))
        {
            return;
        }

        var (text, at) = (_text, Time.GetUtcNow());
        (_sending, _sentTo) = (true, target);
        StateHasChanged();
        LabResult result;
        string? kept = null;
        try
        {
            var wish = new EditWish(offer.AttemptsSeen, offer.SettingsVersion, knew);
            var outcome = await Edits.SendAsync(await Viewer.ActorAsync(), edit.Id, Encoding.UTF8.GetBytes(text), wish, s_patience, _leaving.Token);
            if (outcome is EditOutcome.Kept { Copy.Id: var copy })
            {
                kept = PublicId.Delivery(copy);
                await EndEditAsync(edit, copy, text);
                result = await Deliveries.FindAsync(await Viewer.SightAsync(), copy, _leaving.Token) is { } detail
                    ? LabResult.Of(detail, target) with { Replaced = edit.Name }
                    : LabResult.Erased;
            }
            else if (outcome is EditOutcome.NotExpanded)
            {
                result = LabResult.KeptUnread(edit.Name) with { Replaced = edit.Name };
                await LookAgainAsync(edit, null);
            }
            else
            {
                result = outcome is EditOutcome.Erased ? LabResult.Erased : LabResult.NotSent(outcome);
                await LookAgainAsync(edit, outcome);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception failure) when (failure is not SessionEndedException && kept is not null)
        {
            Log.LogError(failure, "What became of an edited delivery could not be read");
            result = LabResult.KeptUnread(kept) with { Replaced = edit.Name };
        }
        catch (ForbiddenException forbidden)
        {
            result = LabResult.Forbidden(forbidden.Message);
        }
        catch (StoreUnavailableException)
        {
            result = LabResult.Unwritable;
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "An edited delivery could not be sent");
            result = LabResult.NotKnown(edit.Name);
            await LookAgainAsync(edit, null);   // it may have been kept all the same
        }
        finally
        {
            _sending = false;
        }

        _ofEarlier = text == _text ? null : $"Of the call you sent to {target.Name} at {Clock.Clock(at)}, not of what stands in the editor now";
        _results.Add(result);
    }

    /// <summary>It has been sent: what stands here from now on is a call of its own.</summary>
    private async Task EndEditAsync(LabEdit edit, long copy, string sent)
    {
        _before.RemoveAll(load => load.Source.Edit?.Id == edit.Id);
        var name = PublicId.Delivery(copy);
        _source = new LabSource(
            $"the edited copy {name}", $"/deliveries/{name}",
            [$"It took the place of {edit.Name}, and editing is over. It keeps its message id, so another send is skipped as a duplicate; a new message id makes it a new event."])
        {
            IsPrivate = _source.IsPrivate,
        };
        (_edited, _knows, _restored) = (_text != sent, false, null);
        Show();
        KeepAddress();
        await KeepAsync();
    }

    private async Task LookAgainAsync(LabEdit edit, EditOutcome? outcome)
    {
        if (outcome is EditOutcome.Unreadable or EditOutcome.WouldNotBeSent)
        {
            return;   // it says nothing about the delivery
        }

        try
        {
            var actor = await Viewer.FindAsync();
            var sight = actor?.May(Permission.Unmask) == true && _source.IsPrivate && _shown is { } shown ? shown : await Viewer.SightAsync();
            var opening = await Edits.OpenAsync(sight, edit.Id, _leaving.Token);
            if (Editing?.Id == edit.Id)
            {
                var after = Editing.After(opening);
                _knows &= after.Guard == Editing.Guard;   // what was not known was not confirmed
                _source = _source with { Edit = outcome is EditOutcome.MayHaveBeenReceived { Why: var why } ? after with { Guard = after.Guard ?? why } : after };
                Show();
            }
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A delivery that is being edited could not be read");   // a send asks again what it is
        }
    }

    /// <summary>What happens to the delivery while it is being edited shows by itself.</summary>
    private async Task FollowEditAsync()
    {
        if (Editing is not { Closed: null } edit || _sending)
        {
            return;
        }

        var stamp = await Deliveries.StampAsync(edit.Id, _leaving.Token);
        if (edit.IsStale(stamp) && !_sending && ReferenceEquals(Editing, edit))
        {
            await LookAgainAsync(edit, null);
            StateHasChanged();
        }
    }

    /// <summary>The address names the delivery that is edited, so that a reload goes on with it.</summary>
    private void KeepAddress()
    {
        var edit = Editing?.Name ?? (_hidden is { } hidden ? PublicId.Delivery(hidden.Row.Id) : null);
        if (EditId == edit)
        {
            return;
        }

        _asked = edit is null ? _asked with { Edit = null } : _asked with { Edit = edit, Delivery = null, Sample = null };
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(edit is null ? new Dictionary<string, object?> { ["edit"] = null } : new() { ["edit"] = edit, ["delivery"] = null, ["sample"] = null }),
            replace: true);
    }

    /// <summary>A draft of an edit goes on as an edit of the same delivery, or says that it is none any more.</summary>
    private async Task<LabSource> SourceOfAsync(LabDraft draft)
    {
        if (draft.Edit is not { } id)
        {
            return new LabSource(draft.Source);
        }

        if (Editing?.Name == id)
        {
            return _source;
        }

        var opening = await OpeningAsync(id, await Viewer.SightAsync());
        return opening is EditOpening.Offered { Offer: var offer }
            ? LabLoads.Of(offer).Source
            : new LabSource($"your edit of {id}", $"/deliveries/{id}",
            [
                $"It was to take the place of {id}, which is not possible any more. {(opening is EditOpening.NotPossible { Why: var why } ? why + " " : "")}What stands here is a call of its own; with the same message id it repeats that delivery.",
            ]);
    }
}
