using System.ComponentModel.DataAnnotations;

namespace Richpanel.Core.Sandbox;

/// <summary>Section <c>Sandbox</c>.</summary>
public sealed class SandboxOptions
{
    public bool Enabled { get; init; } = true;

    /// <summary>Port on 127.0.0.1; 0 takes any free one.</summary>
    [Range(0, 65535)]
    public int Port { get; init; }

    /// <summary>Also answer on the product's main address under /v2 and /v3; key and signature are then required.</summary>
    public bool Public { get; init; }

    /// <summary>Gap after which a call without session id begins a new session. Richpanel documents no figure; this one is assumed.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SessionGap { get; init; } = TimeSpan.FromMinutes(60);
}
