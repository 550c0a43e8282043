namespace Richpanel.Bench;

/// <summary>Each verb is bounded in time and count and talks to 127.0.0.1 only. Named apart from the product's own Program.</summary>
internal static class BenchProgram
{
    public static Task<int> Main(string[] args)
    {
        var arguments = new Arguments(args);
        return arguments.Verb switch
        {
            "stub" => StubServer.RunAsync(arguments),
            "baseline" => BareHandler.RunAsync(arguments),
            "kill" => KillCommand.RunAsync(arguments),
            "faults" => Faults.FaultCommand.RunAsync(arguments),
            "outage" => OutageCommand.RunAsync(arguments),
            "speed" => SpeedCommand.RunAsync(arguments),
            "lag" => LagCommand.RunAsync(arguments),
            "seed" => SeedCommand.RunAsync(arguments),
            "bulk" => BulkCommand.RunAsync(arguments),
            "log" => LogCommand.RunAsync(arguments),
            "first-event" => FirstEventCommand.RunAsync(arguments),
            _ => Task.FromResult(Arguments.Usage()),
        };
    }
}
