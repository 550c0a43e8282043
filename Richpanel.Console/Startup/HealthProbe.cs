using System.Globalization;

namespace Richpanel.Console.Startup;

/// <summary>
/// <c>dotnet Richpanel.Console.dll --healthcheck</c>: asks the running product's <c>/readyz</c>, for images that hold no curl.
/// Exit code 0 when it is ready, 1 when it is not.
/// </summary>
internal static class HealthProbe
{
    public static async Task<int> RunAsync()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
        try
        {
            using var answer = await client.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port()}/readyz")));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }

    /// <summary>The port the product listens on by the same environment variables; 8080 as in the image.</summary>
    private static int Port()
    {
        var address = Environment.GetEnvironmentVariable("Console__Urls") ?? Environment.GetEnvironmentVariable("ASPNETCORE_URLS");
        return address is not null
            ? BindingAddress.Parse(address.Split(';')[0]).Port
            : int.TryParse(Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")?.Split(';')[0], CultureInfo.InvariantCulture, out var port) ? port : 8080;
    }
}
