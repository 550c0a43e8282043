using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Connections;

/// <summary>Old secrets and write keys that were kept long enough are let go of.</summary>
internal sealed class SecretCare(SecretStore store, SourceStore sources, TimeProvider time, ILogger<SecretCare> logger) : MinuteCare(time, logger)
{
    protected override string What => "Old secrets and write keys";

    protected override async Task LookAsync(CancellationToken stopping)
    {
        await store.ForgetDueAsync();
        await sources.EndDueWriteKeysAsync();
    }
}
