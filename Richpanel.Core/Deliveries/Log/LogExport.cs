using Richpanel.Core.Access;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>Rows as a file, streamed: memory does not grow with their number. Redacted by what the actor may see.</summary>
public sealed class LogExport
{
    /// <summary>Every column, in the order a file has them when none are chosen.</summary>
    public static IReadOnlyList<LogColumn> Columns => throw new NotImplementedException();

    /// <summary>
    /// Writes all rows that fit, newest first; a line of the change log says how many, of which columns, by what query (personal values
    /// left out). Also when it is broken off, with what was written until then.
    /// </summary>
    /// <returns>Rows written.</returns>
    public Task<long> WriteAsync(Actor by, LogAsk ask, LogFormat format, IReadOnlyList<LogColumn> columns, Stream to, CancellationToken ct) => throw new NotImplementedException();
}
