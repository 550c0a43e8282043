using System.Globalization;
using System.Text.RegularExpressions;

namespace Richpanel.Bench;

/// <summary>What wrk measured in one run.</summary>
internal sealed record WrkResult(double PerSecond, double P99Milliseconds, int Errors);

/// <summary>Single events through <c>wrk -t1 -c64</c>, each with a messageId of its own.</summary>
internal static partial class Wrk
{
    public static async Task<WrkResult> RunAsync(string folder, Uri address, string writeKey, string prefix, int seconds)
    {
        var script = Path.Combine(folder, "post.lua");
        await File.WriteAllTextAsync(script, $$"""
            local before, after = [==[{{Events.Call("@@").Split("@@")[0]}}]==], [==[{{string.Join("@@", Events.Call("@@").Split("@@")[1..]).Replace("@@", "order", StringComparison.Ordinal)}}]==]
            local n = 0
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            wrk.headers["Authorization"] = "Basic {{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(writeKey + ":"))}}"
            request = function()
              n = n + 1
              return wrk.format(nil, "/v1/track", nil, before .. "{{prefix}}-" .. n .. after)
            end
            """);
        await using var wrk = ChildProcess.Start("wrk",
            ["-t1", "-c64", string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), "--latency", "-s", script, address.ToString()]);
        if (await wrk.ExitAsync(TimeSpan.FromSeconds(seconds + 30)) != 0)
        {
            throw new InvalidOperationException("wrk failed (install the package 'wrk'):\n" + wrk.Output);
        }

        var p99 = Percentile().Match(wrk.Output);
        var milliseconds = double.Parse(p99.Groups["n"].Value, CultureInfo.InvariantCulture)
            * p99.Groups["unit"].Value switch { "us" => 0.001, "ms" => 1, "s" => 1000, _ => throw new FormatException(wrk.Output) };
        var bad = NotOk().Match(wrk.Output);
        return new WrkResult(
            double.Parse(Rate().Match(wrk.Output).Groups["n"].Value, CultureInfo.InvariantCulture),
            milliseconds,
            bad.Success ? int.Parse(bad.Groups["n"].Value, CultureInfo.InvariantCulture) : 0);
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<n>[\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+(?<n>[\d.]+)(?<unit>us|ms|s)")]
    private static partial Regex Percentile();

    [GeneratedRegex(@"Non-2xx or 3xx responses:\s+(?<n>\d+)")]
    private static partial Regex NotOk();
}
