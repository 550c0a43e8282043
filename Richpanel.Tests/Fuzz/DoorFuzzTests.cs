using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Fuzz;

/// <summary>
/// Whatever is sent to the door: no answer of ours says that we broke, nothing is lost, every refusal is counted, and memory stays
/// flat. <c>FUZZ_INPUTS</c> and <c>FUZZ_SEED</c> set how many inputs and which.
/// </summary>
public sealed class DoorFuzzTests
{
    private const int InputsInCi = 5_000;
    private const int Senders = 8;

    private static readonly int s_inputs = Setting("FUZZ_INPUTS", InputsInCi);
    private static readonly int s_seed = Setting("FUZZ_SEED", 1);

    [Fact(Timeout = 3_600_000)]
    public async Task Whatever_is_sent_is_answered_counted_and_never_an_error_of_ours()
    {
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Sandbox:Enabled"] = "false", ["Receiver:RateLimit:Enabled"] = "false" });
        using var client = console.CreateClient();
        var source = await console.AddSourceAsync(connection: connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        var faults = new List<string>();
        var counts = new Counts();

        var before = 0L;
        const int rounds = 10;
        for (var round = 0; round < rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender =>
                SendAsync(client, new DoorInputs((s_seed * 1000) + (round * Senders) + sender, source.WriteKey, source.PublicId), (s_inputs / (rounds * Senders)) + 1, counts, faults)));
            before = round == 0 ? GC.GetTotalMemory(forceFullCollection: true) : before;
        }

        await console.ExpandedAsync();
        var grown = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024 / 1024;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{counts.Sent:N0} inputs from seed {s_seed}; memory grew by {grown} MiB after the first tenth"));
        Assert.Empty(faults);
        Assert.InRange(grown, -1000, 64);

        await console.LedgerAddsUpAsync();
        await using var context = console.Read();
        var requests = await context.RequestCounts.ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(counts.Sent - counts.Passing, requests.Sum(count => count.Count));
        Assert.DoesNotContain("failed unexpectedly", console.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("expander failed", console.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(0, await context.Deliveries.CountAsync(row => row.State == DeliveryState.Sending, TestContext.Current.CancellationToken));
        Assert.Equal(await context.Requests.MaxAsync(row => row.Id, TestContext.Current.CancellationToken), await context.Deliveries.MaxAsync(row => row.RequestId, TestContext.Current.CancellationToken));
    }

    private static async Task SendAsync(HttpClient client, DoorInputs inputs, int count, Counts counts, List<string> faults)
    {
        for (var i = 0; i < count; i++)
        {
            var input = inputs.Next();
            using var request = Request(input);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            if (Judge(input, answer, body, counts) is { } fault)
            {
                lock (faults)
                {
                    faults.Add($"{fault}: {input.Method} {input.Route} {Convert.ToBase64String(input.Body)} → {(int)answer.StatusCode} {Encoding.UTF8.GetString(body)}");
                }
            }
        }
    }

    /// <summary>What is wrong with the answer; null when nothing is.</summary>
    private static string? Judge(DoorInput input, HttpResponseMessage answer, byte[] body, Counts counts)
    {
        Interlocked.Increment(ref counts.Sent);
        var status = (int)answer.StatusCode;
        if (status >= 500 && status != 501)
        {
            return "an error of ours";
        }

        // Neither a preflight nor the SDK's own metrics are requests that are kept or refused.
        if (input.Method == HttpMethod.Options || (status == 200 && input.Route is "/v1/m"))
        {
            Interlocked.Increment(ref counts.Passing);
            return null;
        }

        // A pixel shows its image whatever becomes of it.
        var text = Encoding.UTF8.GetString(body);
        var isFine = status == 200 || (text.Contains("\"success\":false", StringComparison.Ordinal) && text.Contains("\"code\":\"", StringComparison.Ordinal));
        return isFine ? null : "a refusal without a code";
    }

    private static HttpRequestMessage Request(DoorInput input)
    {
        var request = new HttpRequestMessage(input.Method, input.Route);
        if (input.Method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent(input.Body);
        }

        if (input.User is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(input.User + ":")));
        }

        foreach (var (name, value) in input.Headers)
        {
            if (name is "Content-Type" or "Content-Encoding")
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private sealed class Counts
    {
        public int Sent;
        public int Passing;
    }
}
