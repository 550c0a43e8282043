using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Fuzz;

/// <summary>
/// Whatever is sent to the door: no answer of ours says that we broke, nothing is lost, every refusal is counted, and memory stays
/// flat. <c>FUZZ_INPUTS</c> and <c>FUZZ_SEED</c> set how many inputs and which.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class DoorFuzzTests
{
    private const int InputsInCi = 5_000;
    private const int Senders = 8;

    /// <summary>What can become of a pixel; the empty one is: let in.</summary>
    private static readonly HashSet<string> s_ofPixels = new(StringComparer.Ordinal) { "", "unknown_source", "invalid_json", "nested_too_deep", "no_such_route" };

    /// <summary>What the inputs must have met, lest the test thins out unseen.</summary>
    private static readonly HashSet<string> s_met = new(StringComparer.Ordinal)
    {
        "", "unknown_source", "invalid_json", "not_an_object", "batch_missing", "empty_batch", "empty_body", "broken_compression", "unsupported_encoding", "bad_settings",
        "bad_signature", "signature_required", "only_first_signed", "no_such_route", "wrong_method",
    };

    private static readonly int s_inputs = Setting("FUZZ_INPUTS", InputsInCi);
    private static readonly int s_seed = Setting("FUZZ_SEED", 1);

    [Fact(Timeout = 3_600_000)]
    public async Task Whatever_is_sent_is_answered_counted_and_never_an_error_of_ours()
    {
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Sandbox:Enabled"] = "false", ["Receiver:RateLimit:Enabled"] = "false" });
        using var client = console.CreateClient();
        var plain = await console.AddSourceAsync("Plain", Paused, apiSecret: DoorInputs.ApiSecret);
        var signed = await console.AddSourceAsync("Signed", Paused, webhookSecret: DoorInputs.WebhookSecret);
        var demanding = await console.AddSourceAsync("Demanding", Paused, source => source.RequiresSignature = true, webhookSecret: DoorInputs.WebhookSecret);
        var faults = new List<string>();
        var counts = new Counts();

        var before = 0L;
        const int rounds = 10;
        for (var round = 0; round < rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender =>
                SendAsync(client, new DoorInputs((s_seed * 1000) + (round * Senders) + sender, plain, signed, demanding), (s_inputs / (rounds * Senders)) + 1, counts, faults)));
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
        var requests = (await context.RequestCounts.ToListAsync(TestContext.Current.CancellationToken))
            .GroupBy(count => count.Cause).ToDictionary(cause => cause.Key, cause => cause.Sum(count => count.Count), StringComparer.Ordinal);
        CountsAddUp(counts, requests);
        Assert.DoesNotContain("failed unexpectedly", console.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("expander failed", console.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(0, await context.Deliveries.CountAsync(row => row.State == DeliveryState.Sending, TestContext.Current.CancellationToken));
        Assert.Equal(await context.Requests.MaxAsync(row => row.Id, TestContext.Current.CancellationToken), await context.Deliveries.MaxAsync(row => row.RequestId, TestContext.Current.CancellationToken));
    }

    private static void Paused(Connection connection) => connection.PausedAt = DateTimeOffset.UnixEpoch;

    /// <summary>
    /// Each cause was counted as often as it was answered. What became of a pixel its answer does not say, so that pixels are what is
    /// counted beyond: as many as were sent, and only for what can become of one.
    /// </summary>
    private static void CountsAddUp(Counts counts, Dictionary<string, long> requests)
    {
        var beyond = requests.Keys.Union(counts.Answered.Keys)
            .ToDictionary(cause => cause, cause => requests.GetValueOrDefault(cause) - counts.Answered.GetValueOrDefault(cause), StringComparer.Ordinal);
        Assert.Subset(s_ofPixels, beyond.Where(cause => cause.Value != 0).Select(cause => cause.Key).ToHashSet(StringComparer.Ordinal));
        Assert.DoesNotContain(beyond, cause => cause.Value < 0);
        Assert.Equal(counts.Pixels, beyond.Values.Sum());
        Assert.Equal(counts.Sent - counts.Passing, requests.Values.Sum());
        if (s_inputs >= InputsInCi)
        {
            Assert.Superset(s_met, requests.Keys.ToHashSet(StringComparer.Ordinal));
            Assert.True(counts is { Pixels: > 100, Settings: > 100 }, "The inputs no longer meet pixels or settings.");
        }
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

        // Neither a preflight nor the SDK's own metrics nor settings that were given are requests that are kept or refused.
        var isSettings = status == 200 && input.Route.EndsWith("/settings", StringComparison.Ordinal);
        if (input.Method == HttpMethod.Options || isSettings || (status == 200 && input.Route is "/v1/m"))
        {
            Interlocked.Increment(ref counts.Passing);
            Interlocked.Add(ref counts.Settings, isSettings ? 1 : 0);
            return null;
        }

        // A pixel shows its image whatever becomes of it.
        if (answer.Content.Headers.ContentType?.MediaType == "image/gif")
        {
            Interlocked.Increment(ref counts.Pixels);
            return null;
        }

        if (CodeOf(status, body) is not { } code)
        {
            return "a refusal without a code";
        }

        counts.Answered.AddOrUpdate(IsKept(input, status, code) ? "" : code, 1, (_, count) => count + 1);
        return null;
    }

    /// <summary>Empty when it was let in; null when the answer is none of the door's.</summary>
    private static string? CodeOf(int status, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var isSuccess = json.RootElement.GetProperty("success").GetBoolean();
            return isSuccess ? (status == 200 ? "" : null)
                : status >= 400 && json.RootElement.GetProperty("code").GetString() is { Length: > 0 } code ? code : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A partner's customer is told what the call lacks, although it is kept: codes of reading, none of which the door refuses for.</summary>
    private static bool IsKept(DoorInput input, int status, string code) => input.Route.StartsWith("/segment", StringComparison.Ordinal)
        && (status == 501 || code is "bad_request" or "no_user_anon_id" or "event_not_defined"
            || code.EndsWith("_not_string", StringComparison.Ordinal) || code.EndsWith("_not_object", StringComparison.Ordinal));

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
        public int Settings;
        public int Pixels;

        /// <summary>Answers by their code; empty: let in.</summary>
        public ConcurrentDictionary<string, long> Answered { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>Memory is that of the whole process: whatever ran beside would be measured, too.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;
