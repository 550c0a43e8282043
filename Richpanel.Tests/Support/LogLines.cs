using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace Richpanel.Tests.Support;

/// <summary>Collects what the application logs, exceptions included.</summary>
public sealed class LogLines : ILogEventSink
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    public void Emit(LogEvent logEvent) =>
        _lines.Enqueue($"{logEvent.Level} {logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture)} {logEvent.Exception}");
}
