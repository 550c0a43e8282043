namespace Richpanel.Core.Wire;

/// <summary>What stands where an address has its host.</summary>
public static class HostNames
{
    /// <summary>Some names can be written in an address but have no form that DNS knows; the framework throws when it is asked for one.</summary>
    public static bool CanBe(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>Names that always mean the machine that looks them up (RFC 6761), with or without the dot of the root.</summary>
    public static bool IsLocal(Uri address)
    {
        var host = address.IdnHost.TrimEnd('.');
        return address.IsLoopback
            || string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
