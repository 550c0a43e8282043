namespace Richpanel.Core.Wire;

/// <summary>Section <c>Alerts</c>. What else there is to choose is chosen on the page.</summary>
public sealed class AlertOptions
{
    /// <summary>
    /// Mail servers, by host name or address, that may be reached although they are on a private network; blank- or comma-separated. Named
    /// by whoever runs the product, so that a host typed on a page leads to no other private address.
    /// </summary>
    public string PrivateMailHosts { get; init; } = "";

    internal bool IsPrivateMailHost(string host) =>
        PrivateMailHosts.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries).Contains(host.Trim(), StringComparer.OrdinalIgnoreCase);
}
