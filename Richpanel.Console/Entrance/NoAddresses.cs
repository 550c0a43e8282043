using Serilog.Core;
using Serilog.Events;

namespace Richpanel.Console.Entrance;

/// <summary>
/// The framework gives every event of a request its path, which may hold what is nobody's business. Text formats do not show it,
/// JSON formats do: it is taken away.
/// </summary>
internal sealed class NoAddresses : ILogEventEnricher
{
    private static readonly string[] s_names = ["RequestPath", "Path", "QueryString", "RequestUri", "Uri"];

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Properties.ContainsKey("RequestPath"))
        {
            foreach (var name in s_names)
            {
                logEvent.RemovePropertyIfPresent(name);
            }
        }
    }
}
