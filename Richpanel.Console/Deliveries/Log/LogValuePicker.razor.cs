using Microsoft.AspNetCore.Components;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

public sealed partial class LogValuePicker
{
    private LogValueCounts? _counts;
    private bool _loading;
    private string _typed = "";
    private string? _fault;
    private LogKey? _loaded;

    [Parameter, EditorRequired] public LogKey Key { get; set; }
    [Parameter] public IReadOnlyList<LogValue> Chosen { get; set; } = [];
    [Parameter] public LogValueSource? Values { get; set; }
    [Parameter] public EventCallback<IReadOnlyList<LogValue>> OnChoose { get; set; }

    private LogKeyInfo Info => LogKeys.Of(Key);

    private string Placeholder => Key == LogKey.Text ? "Words in the body" : Info.Example.TrimStart('-')[(Info.Word.Length + 1)..].Trim('"');

    /// <summary>What is counted, what is chosen though no row has it, and the words that the key takes.</summary>
    private IReadOnlyList<(string Value, string? Label, long? Count)> Offered
    {
        get
        {
            var counted = (_counts?.Values ?? []).Select(one => (one.Value, one.Label, (long?)one.Count)).ToList();
            var others = Chosen.Select(Written).Concat(Info.Words).Distinct(StringComparer.Ordinal).Where(value => counted.TrueForAll(one => one.Value != value));
            return [.. counted, .. others.Select(value => (value, (string?)null, (long?)null))];
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded == Key)
        {
            return;
        }

        (_loaded, _counts, _typed, _fault) = (Key, null, "", null);
        if (Values is not null && Key is not (LogKey.Text or LogKey.Id or LogKey.Group or LogKey.Retry or LogKey.Since or LogKey.Until))
        {
            _loading = true;
            _counts = await Values(Key);
            _loading = false;
        }
    }

    private bool IsChosen(string value) => Chosen.Any(one => Written(one) == value);

    private static string Written(LogValue value) => value.Text + (value.IsPrefix ? "*" : "");

    private Task ToggleAsync(string value) => OnChoose.InvokeAsync(IsChosen(value)
        ? [.. Chosen.Where(one => Written(one) != value)]
        : [.. Chosen, new LogValue(value)]);

    /// <summary>Read as it would be in the box, so that a <c>*</c> and a comparison mean the same here.</summary>
    private async Task AddAsync()
    {
        var typed = _typed.Trim();
        var isPrefix = typed.EndsWith('*') && Info.MayBePrefix;
        var text = new LogTerm(Key, [isPrefix ? new LogValue(typed.TrimEnd('*'), IsPrefix: true) : new LogValue(typed)]).ToString();
        var reading = LogQuery.Parse(text);
        if (typed.Length == 0 || reading.Query.Terms is not [var term] || !reading.IsGood)
        {
            _fault = reading.Faults is [var first, ..] ? $"{first.What} {first.Remedy}" : "Type a value first.";
            return;
        }

        (_typed, _fault) = ("", null);
        await OnChoose.InvokeAsync([.. Key == LogKey.Text || Key is LogKey.Since or LogKey.Until ? [] : Chosen, .. term.Values]);
    }
}
