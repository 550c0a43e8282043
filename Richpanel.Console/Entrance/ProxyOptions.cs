using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Entrance;

/// <summary>Section <c>Proxies</c>.</summary>
public sealed class ProxyOptions
{
    /// <summary>
    /// Addresses and networks (CIDR) of proxies that may say where a request came from and whether it came by HTTPS; blank- or
    /// comma-separated. Empty: nobody may.
    /// </summary>
    public string Known { get; init; } = "127.0.0.0/8 ::1";
}

internal sealed class ProxyOptionsCheck : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        List<string> faults =
        [
            .. AddressList.Faults(options.Known).Select(one =>
                $"Proxies:Known: '{one}' is neither an address such as 172.17.0.1 nor a network such as 172.17.0.0/16. Separate several with blanks or commas."),
            .. AddressList.Of(options.Known).Networks.Where(network => network.PrefixLength == 0).Select(network =>
                $"Proxies:Known: '{network}' is everybody, so anyone could claim any address. Name the proxies."),
        ];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
