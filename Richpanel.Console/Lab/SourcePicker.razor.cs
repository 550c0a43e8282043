using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

public sealed partial class SourcePicker : IDisposable
{
    private const int Rows = 30;
    private static readonly Tabs.Tab[] s_tabs = [new("templates", "Templates"), new("log", "From the log"), new("saved", "Saved"), new("paste", "Paste")];

    private readonly Leaving _leaving = new();
    private string _tab = "templates";
    private string? _search;
    private string? _event;
    private string? _pasted;
    private string? _said;
    private bool _failed;
    private IReadOnlyList<DeliveryRow>? _rows;
    private IReadOnlyList<SampleLine>? _saved;

    [Parameter] public EventCallback<LabLoad> OnLoad { get; set; }

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required LogReader Reader { get; init; }
    [Inject] public required SampleStore Samples { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required ILogger<SourcePicker> Log { get; init; }

    private List<Sample> Found => [.. SampleCatalog.All.Where(sample => sample.Fits(_search))];

    private string ConnectionName(DeliveryRow row) => Directory.Find(row.ConnectionId)?.Name ?? "unknown connection";

    private Task TurnAsync(string tab)
    {
        (_tab, _said, _failed) = (tab, null, false);
        return tab switch { "log" => ReadLogAsync(), "saved" => ReadSavedAsync(), _ => Task.CompletedTask };
    }

    private Task ReadLogAsync() => TryAsync(async () =>
    {
        var query = string.IsNullOrWhiteSpace(_event) ? LogQuery.All : LogQuery.All.With(new LogTerm(LogKey.Event, _event.Trim()));
        _rows = [.. (await Reader.PageAsync(new LogAsk(query, await Viewer.SightAsync()), LogPlace.Newest, Rows, _leaving.Token)).Rows.Select(line => line.Row)];
    });

    private Task ReadSavedAsync() => TryAsync(async () => _saved = await Samples.ListAsync(await Viewer.ActorAsync(), _leaving.Token));

    private Task PickAsync(Sample sample) => OnLoad.InvokeAsync(LabLoads.Of(sample, Time.GetUtcNow()));

    private Task PickFirst() => Found is [var first, ..] ? PickAsync(first) : Task.CompletedTask;

    private Task PickAsync(DeliveryRow row) => TryAsync(async () => await LoadAsync(
        await Deliveries.FindAsync(await Viewer.SightAsync(), row.Id, _leaving.Token) is { } detail ? LabLoads.Of(detail) : null,
        "The text of this delivery is gone: it was purged. Choose another one."));

    private Task PickAsync(SampleLine line) => TryAsync(async () => await LoadAsync(
        await Samples.FindAsync(await Viewer.ActorAsync(), line.Id, _leaving.Token) is { } content ? LabLoads.Of(content) : null,
        "Somebody has deleted this sample. Choose another one."));

    private Task ReadPaste()
    {
        var pasted = PastedCall.Read(_pasted ?? "");
        _said = pasted.Fault;
        return pasted.Fault is null ? OnLoad.InvokeAsync(LabLoads.Of(pasted)) : Task.CompletedTask;
    }

    private Task DeleteAsync(SampleLine sample) => TryAsync(async () =>
    {
        _said = await Viewer.RefusalAsync(by => Samples.DeleteAsync(by, sample.Id));
        _saved = await Samples.ListAsync(await Viewer.ActorAsync(), _leaving.Token);
    });

    private Task LoadAsync(LabLoad? load, string otherwise)
    {
        _said = load is null ? otherwise : null;
        return load is null ? Task.CompletedTask : OnLoad.InvokeAsync(load);
    }

    private async Task TryAsync(Func<Task> act)
    {
        _failed = false;
        try
        {
            await act();
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "What the lab could start from could not be read");
            _failed = true;
        }
    }

    public void Dispose() => _leaving.Dispose();
}
