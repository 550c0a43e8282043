namespace Richpanel.Console.Shared;

/// <summary>How Segment's own libraries are pointed at a receiver (segment.md 1.10), for whoever writes a call with them. Pure.</summary>
internal static class SdkSetUp
{
    /// <summary>analytics.js for a browser; without cdnURL it asks Segment for its settings and sends there.</summary>
    /// <param name="address">Of the receiver, without trailing slash: <c>https://events.example.com</c>.</param>
    /// <param name="key">A write key, or its placeholder.</param>
    public static string AnalyticsJs(string address, string key)
    {
        var (scheme, host) = Parts(address);
        return $$"""
            import { AnalyticsBrowser } from '@segment/analytics-next';

            const analytics = AnalyticsBrowser.load(
              { writeKey: '{{key}}', cdnURL: '{{address}}' },
              { integrations: { 'Segment.io': { apiHost: '{{host}}/v1', protocol: '{{scheme}}' } } },
            );
            """;
    }

    /// <inheritdoc cref="AnalyticsJs"/>
    public static string Node(string address, string key) => $$"""
        import { Analytics } from '@segment/analytics-node';

        const analytics = new Analytics({ writeKey: '{{key}}', host: '{{address}}' });
        """;

    public static (string Scheme, string Host) Parts(string address)
    {
        var at = address.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? ("https", address) : (address[..at], address[(at + 3)..]);
    }
}
