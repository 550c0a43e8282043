using Richpanel.Core.Deliveries.Flow;

namespace Richpanel.Console.Connections;

/// <summary>How a person ends a hold or a pause.</summary>
public sealed record GoOnAsk(Recovery How, string? Reason);
