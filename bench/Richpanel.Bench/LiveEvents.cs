using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Richpanel.Bench;

/// <summary>Single events at a steady rate beside other work, each of a customer of its own: an event waits for the customer's earlier ones, and rightly so.</summary>
internal sealed class LiveEvents(Product product, string writeKey)
{
    public const int PerSecond = 20;
    private const string Prefix = "live-";

    private readonly ConcurrentDictionary<string, long> _posted = new(StringComparer.Ordinal);

    /// <summary>Each of them answered 200.</summary>
    public int Count => _posted.Count;

    public static bool IsOne(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Posts until it is stopped.</summary>
    /// <exception cref="InvalidOperationException">One was not answered 200.</exception>
    public async Task PostAsync(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            var early = TimeSpan.FromSeconds((double)n / PerSecond) - clock.Elapsed;
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, CancellationToken.None);
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{n}");
            var now = Stopwatch.GetTimestamp();
            if (await product.PostAsync("/v1/track", writeKey, Encoding.UTF8.GetBytes(Call(id))) is not HttpStatusCode.OK)
            {
                throw new InvalidOperationException("The door did not answer 200.");
            }

            _posted[id] = now;
        }
    }

    /// <summary>From before its post to its first arrival, p95, and how many never arrived.</summary>
    /// <param name="arrived">When each event came, by <see cref="Stopwatch.GetTimestamp"/>, which all processes of a machine share.</param>
    public (TimeSpan P95, int Lost) Judge(IReadOnlyDictionary<string, long> arrived)
    {
        var late = _posted.Where(one => arrived.ContainsKey(one.Key)).Select(one => Stopwatch.GetElapsedTime(one.Value, arrived[one.Key])).Order().ToList();
        return (late.Count == 0 ? TimeSpan.MaxValue : late[late.Count * 95 / 100], _posted.Count - late.Count);
    }

    public static string Call(string id) => $$$"""{"type":"track","event":"Order Completed","messageId":"{{{id}}}","userId":"user-{{{id}}}","properties":{"order_id":"{{{id}}}","total":129.9,"currency":"EUR"}}""";
}
