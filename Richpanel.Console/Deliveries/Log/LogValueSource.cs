using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>Values of a key with their counts, under the query that is shown. Null when they could not be counted.</summary>
public delegate Task<LogValueCounts?> LogValueSource(LogKey key);
