using Richpanel.Console.Shared;

namespace Richpanel.Console.Receiver;

/// <summary>How one sender is pointed at this receiver.</summary>
/// <param name="Id">Short, for an address and a test.</param>
/// <param name="Note">What is to know besides; null = nothing.</param>
public sealed record Snippet(string Id, string Name, string Code, string? Note = null);

/// <summary>Settings of each SDK (segment.md 1.10), with this installation's address and key in them. Pure.</summary>
public static class ReceiverSnippets
{
    public const string KeyPlaceholder = "WRITE_KEY";
    public const string SourcePlaceholder = "SOURCE_ID";

    private const string Call = """{"userId":"user-1","event":"Order Completed","properties":{"order_id":"1001","total":49.9,"currency":"EUR"},"context":{"traits":{"email":"jane@example.com"}}}""";

    /// <param name="address">Of the receiver, without trailing slash: <c>https://events.example.com</c>.</param>
    /// <param name="key">A write key, or its placeholder.</param>
    /// <param name="sourceId">The source's id for paths, or its placeholder.</param>
    public static IReadOnlyList<Snippet> Of(string address, string key, string sourceId)
    {
        var (scheme, host) = SdkSetUp.Parts(address);
        var isPlain = scheme == "http";
        return
        [
            new("curl", "curl", $$"""
                curl {{address}}/v1/track -u {{key}}: -H 'Content-Type: application/json' \
                  -d '{{Call}}'
                """, "On Windows use curl.exe in PowerShell 7, or put the JSON into a file and send it with -d @call.json."),
            new("browser", "Browser", $$"""
                fetch('{{address}}/v1/track', {
                  method: 'POST',
                  headers: { Authorization: 'Basic ' + btoa('{{key}}:') },
                  keepalive: true,
                  body: JSON.stringify({{Call}}),
                });
                """, "A write key in a page can be read by anybody. Limit the source to your pages with its allowed origins."),
            new("analytics-js", "analytics.js", $$"""
                {{SdkSetUp.AnalyticsJs(address, key)}}
                analytics.track('Order Completed', { order_id: '1001', total: 49.9 });
                """, "cdnURL is where it asks for its settings. Without it the library asks Segment and sends there."),
            new("node", "Node", $$"""
                {{SdkSetUp.Node(address, key)}}
                analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { order_id: '1001', total: 49.9 } });
                await analytics.closeAndFlush();
                """, "The older package analytics-node 6: new Analytics(writeKey, { host }). RudderStack's: new RudderAnalytics(writeKey, { dataPlaneUrl })."),
            new("python", "Python", $$"""
                import segment.analytics as analytics

                analytics.write_key = '{{key}}'
                analytics.host = '{{address}}'
                analytics.track('user-1', 'Order Completed', {'order_id': '1001', 'total': 49.9})
                analytics.flush()
                """),
            new("ruby", "Ruby", $$"""
                require 'segment/analytics'

                analytics = Segment::Analytics.new(write_key: '{{key}}', host: '{{HostOnly(host)}}', port: {{Port(host, isPlain)}}, ssl: {{(isPlain ? "false" : "true")}})
                analytics.track(user_id: 'user-1', event: 'Order Completed', properties: { order_id: '1001', total: 49.9 })
                analytics.flush
                """),
            new("go", "Go", $$"""
                client, err := analytics.NewWithConfig("{{key}}", analytics.Config{Endpoint: "{{address}}"})
                if err != nil {
                    panic(err)
                }
                defer client.Close()
                client.Enqueue(analytics.Track{UserId: "user-1", Event: "Order Completed",
                    Properties: analytics.NewProperties().Set("order_id", "1001").Set("total", 49.9)})
                """, "It repeats whatever is not answered 2xx ten times, a refusal too."),
            new("java", "Java", $$"""
                Analytics analytics = Analytics.builder("{{key}}").endpoint("{{address}}").build();
                analytics.enqueue(TrackMessage.builder("Order Completed").userId("user-1")
                    .properties(Map.of("order_id", "1001", "total", 49.9)));
                analytics.flush();
                """),
            new("php", "PHP", $$"""
                use Segment\Segment;

                Segment::init('{{key}}', ['host' => '{{host}}', 'ssl' => {{(isPlain ? "false" : "true")}}]);
                Segment::track(['userId' => 'user-1', 'event' => 'Order Completed', 'properties' => ['order_id' => '1001', 'total' => 49.9]]);
                Segment::flush();
                """),
            new("csharp", "C#", $$"""
                // Segment.Analytics.CSharp
                var analytics = new Analytics(new Configuration("{{key}}", apiHost: "{{host}}/v1", cdnHost: "{{host}}/v1"));
                analytics.Track("Order Completed", new JsonObject { ["order_id"] = "1001", ["total"] = 49.9 });

                // Analytics.NET, the older library
                Analytics.Initialize("{{key}}", new Config().SetHost("{{address}}"));
                """, isPlain ? "Segment.Analytics.CSharp always uses https: for a plain address it needs an IHTTPClientProvider of your own." : null),
            new("ios", "iOS", $$"""
                let configuration = Configuration(writeKey: "{{key}}")
                    .apiHost("{{host}}/v1")
                    .cdnHost("{{host}}/v1")
                let analytics = Analytics(configuration: configuration)
                analytics.track(name: "Order Completed", properties: ["order_id": "1001", "total": 49.9])
                """, isPlain ? "The library uses https; a plain address is for tests with a proxy only." : "Calls are kept on the telephone while it is offline, so they may come days later."),
            new("android", "Android", $$"""
                val analytics = Analytics("{{key}}", applicationContext) {
                    apiHost = "{{host}}/v1"
                    cdnHost = "{{host}}/v1"
                }
                analytics.track("Order Completed", buildJsonObject { put("order_id", "1001"); put("total", 49.9) })
                """, isPlain ? "The library uses https; a plain address is for tests with a proxy only." : "Calls are kept on the telephone while it is offline, so they may come days later."),
            new("react-native", "React Native", $$"""
                import { createClient } from '@segment/analytics-react-native';

                const segment = createClient({ writeKey: '{{key}}', proxy: '{{address}}/v1', cdnProxy: '{{address}}/v1' });
                segment.track('Order Completed', { order_id: '1001', total: 49.9 });
                """),
            new("function", "Segment function", $$"""
                // Connections → Catalog → Functions → New function → Destination
                async function forward(event) {
                  const answer = await fetch('{{address}}/segment/{{sourceId}}', {
                    method: 'POST',
                    headers: { 'Content-Type': 'application/json' },
                    body: JSON.stringify(event),
                  });
                  if (answer.status === 429 || answer.status >= 500 && answer.status !== 501) throw new RetryError('HTTP ' + answer.status);
                  if (answer.status === 501) throw new EventNotSupported(event.type + ' is not supported');
                  if (!answer.ok) throw new InvalidEventPayload((await answer.json()).message);
                }
                const onIdentify = forward, onTrack = forward, onPage = forward;
                """, "It posts to the partner address, which tells Segment's debugger what is wrong with a call. Whoever knows that address can post: keep it to yourself."),
        ];
    }

    private static string HostOnly(string host) => Uri.TryCreate("http://" + host, UriKind.Absolute, out var uri) ? uri.Host : host;

    private static int Port(string host, bool isPlain) => Uri.TryCreate($"{(isPlain ? "http" : "https")}://{host}", UriKind.Absolute, out var uri) ? uri.Port : 443;
}
