using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries;

// Between the address and the query: what is a person's stands in the address only as a short-lived id.
public sealed partial class DeliveriesPage
{
    private string? _faultyText;
    private IReadOnlyList<LogFault> _faults = [];
    private (string Address, string Text, IReadOnlyList<LogFault> Faults)? _carried;
    private string? _notice;

    [SupplyParameterFromQuery(Name = "q")] public string? Q { get; set; }
    [SupplyParameterFromQuery] public string? Who { get; set; }
    [SupplyParameterFromQuery] public string? View { get; set; }
    [SupplyParameterFromQuery] public string? At { get; set; }

    private LogAddress Address => new() { Query = Q, Who = Who, View = View, At = At, Open = Open };

    private IReadOnlyList<LogFault> Faults => _faults.Count > 0 ? _faults : _screen.Unknown;

    /// <summary>False when another address says the same better: then it is on its way.</summary>
    private async Task<bool> ReadAddressAsync()
    {
        var old = OldAddress.Query(
            QueryHelpers.ParseQuery(new Uri(Navigation.Uri).Query).SelectMany(part => part.Value.OfType<string>().Select(value => (part.Key, value))),
            id => PublicId.Parse(id, "con") is { } connection ? Directory.Find(connection)?.Name : null);
        var text = string.Join(' ', new[] { Q, old }.Where(part => !string.IsNullOrWhiteSpace(part)));
        var reading = LogQuery.Parse(text);
        if (old is not null || reading.Query.IsPersonal)
        {
            // Typed into the address bar, or a link from elsewhere: at least a person's values do not stay there. No term is dropped unsaid.
            var (open, personal) = reading.Query.Apart();
            var before = Personal.FindFor(await Viewer.FindAsync(), Who)?.ToQuery() ?? LogQuery.All;
            var better = Address with { Query = reading.IsGood ? Text(open) : Text(open) ?? "", Who = personal.Terms.Count > 0 ? await KeepAsync(before.And(personal)) : Who };
            _carried = reading.IsGood ? null : (better.ToString(), text, reading.Faults);
            Navigation.NavigateTo(better.ToString(), replace: true);
            return false;
        }

        var kept = Personal.FindFor(await Viewer.FindAsync(), Who);
        _notice = Who is not null && kept is null ? LogAddress.Expired : null;
        var query = kept is null ? reading.Query : reading.Query.And(kept.ToQuery());
        if (View is not null || _views.Count == 0)
        {
            await QuietlyAsync(ReadViewsAsync);
        }

        if (View is not null && Q is null && Who is null)
        {
            if (_views.FirstOrDefault(view => view.Id == View) is { IsLost: false } view)
            {
                query = view.Query;
            }
            else
            {
                _notice = LogAddress.ViewGone;
            }
        }

        ShowColumnsOf(_views.FirstOrDefault(view => view.Id == View));
        if (!query.Equals(_query))
        {
            ClearSelection();
        }

        _query = query;
        (_faults, _faultyText) = _carried is { } carried && carried.Address == Address.ToString() ? (carried.Faults, carried.Text) : (reading.Faults, reading.IsGood ? null : text);
        _carried = null;
        return true;
    }

    /// <summary>Shows the rows of a query: its address is written, and what it says is read.</summary>
    private async Task AskAsync(LogQuery query)
    {
        var (open, personal) = query.Apart();
        var view = CurrentView is { IsBuiltIn: false } saved && View is not null ? saved : null;
        var address = view is not null && view.Query.Equals(query)
            ? new LogAddress { View = view.Id }
            : new LogAddress { Query = Text(open) ?? (view is null ? null : ""), Who = personal.Terms.Count > 0 ? await KeepAsync(personal) : null, View = view?.Id };
        if ((Address with { Open = null }).ToString() == address.ToString())
        {
            (_faults, _faultyText) = ([], null);
            await ReloadAsync();   // asked again: whoever presses Enter wants to see it anew
            return;
        }

        Navigation.NavigateTo(address.ToString());
    }

    private async Task<string> KeepAsync(LogQuery personal)
    {
        var by = PersonalFilter.KeyOf(await Viewer.FindAsync());
        var text = personal.ToString();
        return Personal.Find(Who) is { } kept && kept.By == by && kept.Terms == text ? Who! : Personal.Keep(new PersonalFilter(text, by));
    }

    private static string? Text(LogQuery query) => query.Terms.Count == 0 ? null : query.ToString();

    private Task NarrowAsync(ChosenSpan span)
    {
        var query = _query.WithoutKey(LogKey.Since).WithoutKey(LogKey.Until);
        query = span.Since is { } since ? query.With(new LogTerm(LogKey.Since, LogTime.Write(since))) : query;
        return AskAsync(span.Until is { } until ? query.With(new LogTerm(LogKey.Until, LogTime.Write(until))) : query);
    }

    /// <summary>For the chips: the query that is shown, counted by another key.</summary>
    private async Task<LogValueCounts?> CountValuesAsync(LogKey key)
    {
        LogValueCounts? counts = null;
        await QuietlyAsync(async () =>
        {
            var ask = await AskOfAsync(_query);
            counts = await Task.Run(() => Reader.ValuesAsync(ask, key, _leaving.Token), _leaving.Token);
        });
        return counts;
    }

    private async Task<IReadOnlyList<LogCounted>> KnownAsync(LogKey key) =>
        key is LogKey.Text or LogKey.Id or LogKey.Group or LogKey.Retry or LogKey.Since or LogKey.Until ? [] : (await CountValuesAsync(key))?.Values ?? [];
}
