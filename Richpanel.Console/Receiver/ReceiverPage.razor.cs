using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Receiver;

/// <summary>All that somebody needs to point a sender at the receiver: address, key, code, what arrives, what is refused and why.</summary>
public sealed partial class ReceiverPage : IDisposable
{
    private Source? _source;
    private IReadOnlyList<Source>? _known;
    private Actor? _actor;
    private bool _mayAdminister;
    private bool _isGone;
    private string? _key;
    private string? _refused;
    private LiveUpdate? _update;

    /// <summary>Public id of the source that is set up; none = all.</summary>
    [SupplyParameterFromQuery(Name = "source")] public string? SourceId { get; set; }

    /// <summary>Code of the cause that refused requests are narrowed to.</summary>
    [SupplyParameterFromQuery] public string? Cause { get; set; }

    /// <summary>Refused requests older than this id.</summary>
    [SupplyParameterFromQuery] public string? Before { get; set; }

    /// <summary>Sender whose set-up is shown; none = Segment's Webhooks.</summary>
    [SupplyParameterFromQuery] public string? Sender { get; set; }

    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required SourceStore Sources { get; init; }
    [Inject] public required ReceiverAddress Addresses { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }

    private string PostTo => Addresses.Of(Navigation.BaseUri);

    private List<Source> Visible =>
    [
        .. Directory.Sources.Where(source => Directory.Find(source.ConnectionId) is { } connection && _actor?.MayTouch(connection) == true)
            .OrderBy(source => Directory.Find(source.ConnectionId)!.IsSandbox).ThenBy(NameOf, StringComparer.OrdinalIgnoreCase),
    ];

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(LookAgain));

    protected override async Task OnParametersSetAsync()
    {
        _actor = await Viewer.FindAsync();
        _mayAdminister = _actor?.May(Permission.Administer) == true;
        Look();
    }

    /// <summary>A source may have been added, changed or deleted meanwhile, whether one is chosen or not.</summary>
    private void LookAgain()
    {
        if (!ReferenceEquals(_known, Directory.Sources))
        {
            Look();
            StateHasChanged();
        }
    }

    private void Look()
    {
        _known = Directory.Sources;
        var chosen = Visible.Find(source => PublicId.Source(source.Id) == SourceId);
        _isGone = SourceId is { Length: > 0 } && chosen is null;
        if (chosen?.Id != _source?.Id)
        {
            (_key, _refused) = (null, null);   // a key belongs to one source
        }
        else if (_key is not null && chosen?.HasWriteKey(_key) != true)
        {
            (_key, _refused) = (null, "Its write key was replaced meanwhile. Show the new one.");
        }

        _source = chosen;
    }

    private string NameOf(Source source) =>
        $"{source.Name} · {Directory.Find(source.ConnectionId)?.Name}{(source.Disabled ? " (disabled)" : "")}";

    private void Choose(ChangeEventArgs choice) => Navigation.NavigateTo(AddressOf(choice.Value is string { Length: > 0 } id ? id : null, Sender, null, null));

    /// <summary>The address carries what is shown, without a step back for every look.</summary>
    private void ChooseSender(string? sender) => Navigation.NavigateTo(AddressOf(SourceId, sender, Cause, Before), replace: true);

    /// <summary>The page with refused requests of one cause, of all with none.</summary>
    private string CauseAddress(string? cause, long? before) => AddressOf(SourceId, Sender, cause, before?.ToString(CultureInfo.InvariantCulture));

    private static string AddressOf(string? source, string? sender, string? cause, string? before)
    {
        var parts = new[] { ("source", source), ("sender", sender), ("cause", cause), ("before", before) }.Where(part => part.Item2 is { Length: > 0 })
            .Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}").ToList();
        return "/receiver" + (parts.Count == 0 ? "" : "?" + string.Join('&', parts));
    }

    /// <summary>Who looked at a key stands in the change log.</summary>
    private async Task ShowKeyAsync()
    {
        if (_source is not { } source)
        {
            return;
        }

        try
        {
            _refused = await Viewer.RefusalAsync(async by => _key = await Sources.ShowWriteKeyAsync(by, source));
        }
        catch (CryptographicException)
        {
            _refused = "The write key cannot be shown: the key ring that sealed it is gone. It still works; add a source to have a key you can copy.";
        }
    }

    public void Dispose() => _update?.Dispose();
}
