namespace Richpanel.Core.Wire;

/// <summary>A fault recognized where it happened, so that nobody has to read it out of a message further up.</summary>
public sealed class NetworkFaultException(NetworkFault fault, string message, Exception? inner = null) : IOException(message, inner)
{
    public NetworkFault Fault { get; } = fault;
}
