using System.Text;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Groups;

/// <summary>Reads one sample of a failure group and shows a part of it: event, request or response.</summary>
public sealed partial class GroupSample : IDisposable
{
    private readonly Leaving _leaving = new();
    private ElementReference _root;
    private DeliveryDetail? _detail;
    private Part _part = Part.Response;
    private long _read;
    private bool _failed;
    private bool _gone;

    /// <summary>Deliveries of the group, newest first.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<long> Ids { get; set; } = [];

    /// <summary>Which of them is shown.</summary>
    [Parameter, EditorRequired] public int At { get; set; }

    [Parameter] public EventCallback<int> OnMove { get; set; }

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ILogger<GroupSample> Log { get; init; }

    private enum Part
    {
        Event,
        Request,
        Response,
    }

    private long Id => Ids[At];

    private AttemptDetail? Last => _detail?.Attempts.LastOrDefault(one => one.Exchange is not null || one.Sent is not null);

    private string? Text => _part switch
    {
        Part.Event => _detail!.Call is { } call ? Encoding.UTF8.GetString(call.Span) : null,
        Part.Request => Last?.Sent?.Content,
        _ => Last?.Exchange?.ResponseBody is { } body ? Encoding.UTF8.GetString(body) : null,
    };

    private string Missing => _part switch
    {
        Part.Event => "The event's own text is gone: it was purged.",
        Part.Request => "Nothing went out, or what went out is not kept any more.",
        _ when Last?.Exchange is { StatusCode: not null } => "The answer had no body, or it is not kept any more.",
        _ when Last?.Exchange is not null => "There was no answer.",
        _ => "Nothing was sent, so nothing came back.",
    };

    private static string WordOf(Part part) => part switch { Part.Event => "Segment event", Part.Request => "Request sent", _ => "Response" };

    protected override async Task OnParametersSetAsync()
    {
        if (_read != Id)   // it is as it was when it was opened; what becomes of the delivery stands in its card
        {
            (_read, _detail, _gone, _failed) = (Id, null, false, false);
            await ReadAsync();
        }
    }

    /// <summary>At either end the button keeps the focus and does nothing.</summary>
    private Task MoveAsync(int at) => at >= 0 && at < Ids.Count ? OnMove.InvokeAsync(at) : Task.CompletedTask;

    /// <summary>It opens below what was pressed, perhaps below the window.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _root.FocusAsync();
        }
    }

    private async Task ReadAsync()
    {
        var id = Id;
        try
        {
            var detail = await Deliveries.FindAsync(Sight.Of(await Viewer.ActorAsync()), id, _leaving.Token);
            if (id == Id)
            {
                (_detail, _gone, _failed) = (detail, detail is null, false);
                _part = Last is null ? Part.Event : _part;
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The person has left the page.
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A sample of a failure group could not be read");
            _failed = _failed || id == Id;
        }
    }

    public void Dispose() => _leaving.Dispose();
}
