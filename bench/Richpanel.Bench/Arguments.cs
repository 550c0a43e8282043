using System.Globalization;

namespace Richpanel.Bench;

/// <summary>A verb and <c>--name value</c> pairs.</summary>
internal sealed class Arguments(string[] args)
{
    public string Verb { get; } = args.Length > 0 ? args[0] : string.Empty;

    public string Text(string name, string otherwise)
    {
        var at = Array.IndexOf(args, "--" + name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
    }

    public int Number(string name, int otherwise) =>
        int.Parse(Text(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    public bool Has(string name) => args.Contains("--" + name, StringComparer.Ordinal);

    public static int Usage()
    {
        Console.WriteLine("""
            dotnet run -c Release --project bench/Richpanel.Bench -- VERB
              kill         kill -9 under a stream of events     [--rounds 20] [--seed 1] [--write]
              faults       every fault of network, Richpanel and machine [--rounds 3] [--kills 100] [--seed 1] [--write]
              outage       an outage with very many waiting, then recovery beside live events [--events 20000] [--rate 200] [--seconds 60] [--write]
              speed        the bars of docs/performance.md       [--rounds 5] [--burst 200000] [--seconds 5] [--deliveries 15000] [--write]
              lag          age of events without rows at steady rates [--seconds 15] [--write]
              seed         a log of made-up deliveries to look at  --database FILE [--rows 1000000] [--seed 1] [--until TIME]
              log          server times of the log's questions    [--rows 1000000] [--rounds 40] [--write]
              bulk         bulk retry: plan, cancel, kill in the middle; holds [--rows 100000] [--rounds 5] [--waiting 1000000] [--holds 50] [--sent ROWS] [--kills 5] [--seed 1] [--write]
              first-event  fresh clone to first Accepted event   [--write]
              stub         a Richpanel that answers 200          --record FILE [--delay MILLISECONDS]
              baseline     a handler that parses JSON and answers
            --write puts the figures into docs/performance.md or docs/reliability.md.
            """);
        return 1;
    }
}
