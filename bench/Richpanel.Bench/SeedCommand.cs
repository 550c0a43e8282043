using System.Globalization;

namespace Richpanel.Bench;

/// <summary><c>seed</c>: a log to look at, made quickly and always the same.</summary>
internal static class SeedCommand
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var database = arguments.Text("database", "");
        if (database.Length == 0)
        {
            return Arguments.Usage();
        }

        var rows = arguments.Number("rows", 1_000_000);
        await using var services = await LogSeed.OpenAsync(Path.GetFullPath(database));
        var until = DateTimeOffset.Parse(arguments.Text("until", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH':00Z'", CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        var speed = await LogSeed.FillAsync(services, rows, arguments.Number("seed", 1), until);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} deliveries in {database}, {speed:N0} a second. Its connections are paused, so that nothing is sent."));
        return 0;
    }
}
