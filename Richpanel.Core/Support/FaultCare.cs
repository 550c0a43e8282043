using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Support;

/// <summary>Writes what is wrong with the disk into the log when it begins and when it ends; the other faults do so themselves.</summary>
internal sealed partial class FaultCare(FaultBoard board, ChangeFeed changes, TimeProvider time, ILogger<FaultCare> logger) : MinuteCare(time, logger)
{
    private readonly ILogger _logger = logger;
    private string? _told;

    protected override string What => "The disk of the database";

    protected override Task LookAsync(CancellationToken stopping)
    {
        var now = board.Faults.FirstOrDefault(fault => fault.Code is "disk_full" or "disk_low");
        if (now?.Code != _told)
        {
            if (now is null)
            {
                Over(_logger);
            }
            else
            {
                Begun(_logger, now.Text, now.Remedy);
            }

            _told = now?.Code;
            changes.Raise();
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(EventId = 1171, Level = LogLevel.Warning, Message = "{Text} {Remedy}")]
    private static partial void Begun(ILogger logger, string text, string remedy);

    [LoggerMessage(EventId = 1172, Level = LogLevel.Information, Message = "The disk of the database has room again")]
    private static partial void Over(ILogger logger);
}
