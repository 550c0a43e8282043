using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace Richpanel.Bench;

/// <summary>Posts single tracks and small batches until it is stopped, and remembers which messageIds were answered 200.</summary>
internal sealed class EventStream(Product product, string writeKey, string prefix)
{
    private readonly ConcurrentBag<string> _acknowledged = [];
    private volatile bool _stopping;
    private Task _workers = Task.CompletedTask;
    private int _next;

    /// <summary>Answered 200: from then on the product may not lose them.</summary>
    public IReadOnlyCollection<string> Acknowledged => _acknowledged;

    /// <summary>Every id ever posted, whether it was answered or not.</summary>
    public int Posted => Volatile.Read(ref _next);

    public void Start(int workers = 4) => _workers = Task.WhenAll(Enumerable.Range(0, workers).Select(PostAsync));

    public Task StopAsync()
    {
        _stopping = true;
        return _workers;
    }

    private async Task PostAsync(int worker)
    {
        for (var turn = 0; !_stopping; turn++)
        {
            // Every fifth request is a batch, so that a kill can fall between the calls of one request.
            var ids = Enumerable.Range(0, turn % 5 == 4 ? 10 : 1)
                .Select(_ => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Interlocked.Increment(ref _next)}"))
                .ToList();
            var body = ids.Count == 1 ? Events.Track(ids[0]) : Events.Batch(ids);
            if (await product.PostAsync(ids.Count == 1 ? "/v1/track" : "/v1/batch", writeKey, body) == HttpStatusCode.OK)
            {
                ids.ForEach(_acknowledged.Add);
                await Task.Delay(5 + worker);
            }
            else
            {
                await Task.Delay(100);   // It was just killed: let it come back.
            }
        }
    }
}

/// <summary>Order events of the usual size, about 900 bytes.</summary>
internal static class Events
{
    public static byte[] Track(string id) => Encoding.UTF8.GetBytes(Call(id));

    public static byte[] Batch(IEnumerable<string> ids) => Encoding.UTF8.GetBytes($$"""{"batch":[{{string.Join(',', ids.Select(Call))}}],"sentAt":"2026-01-02T03:04:06.000Z"}""");

    public static string Call(string id) => $$$"""
        {"type":"track","event":"Order Completed","messageId":"{{{id}}}","userId":"user-{{{(uint)string.GetHashCode(id, StringComparison.Ordinal) % 997}}}","timestamp":"2026-01-02T03:04:05.678Z","context":{"ip":"203.0.113.9","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36","page":{"path":"/checkout","url":"https://shop.example/checkout","title":"Checkout"},"library":{"name":"analytics-node","version":"3.1.0"}},"properties":{"order_id":"{{{id}}}","total":129.9,"revenue":109.9,"shipping":10,"tax":10,"discount":5,"coupon":"WINTER","currency":"EUR","products":[{"product_id":"P-1","sku":"SKU-1","name":"Blue shirt","price":49.95,"quantity":2,"category":"Shirts","url":"https://shop.example/p/1","image_url":"https://shop.example/p/1.jpg"},{"product_id":"P-2","sku":"SKU-2","name":"Socks","price":10,"quantity":1,"category":"Socks","url":"https://shop.example/p/2","image_url":"https://shop.example/p/2.jpg"}]}}
        """;
}
