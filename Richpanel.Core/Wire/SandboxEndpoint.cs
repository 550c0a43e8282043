using System.Net;

namespace Richpanel.Core.Wire;

/// <summary>Where the built-in sandbox listens; null until it does.</summary>
public sealed class SandboxEndpoint
{
    private volatile IPEndPoint? _address;

    public IPEndPoint? Address
    {
        get => _address;
        set => _address = value;
    }
}
