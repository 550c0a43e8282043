using System.Net;
using System.Text.RegularExpressions;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>A browser without screen: keeps cookies over https, follows nothing by itself, fills in forms with the token their page gave.</summary>
internal sealed partial class Visitor(ConsoleUnderTest console) : IDisposable
{
    private readonly HttpClient _http = console.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = true, BaseAddress = new Uri("https://console.test") });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task<Answer> GetAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/html");
        return await ReadAsync(await _http.SendAsync(request, Ct));
    }

    /// <summary>What a form of this page carries against forms of other sites.</summary>
    public async Task<string> TokenAsync(string address) => TokenIn().Match((await GetAsync(address)).Text).Groups[1].Value;

    /// <summary>Opens the page, then sends its form of this name.</summary>
    public async Task<Answer> SendAsync(string address, string form, params (string Field, string Value)[] fields)
    {
        var page = await GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        return await PostAsync(address, [("_handler", form), ("__RequestVerificationToken", TokenIn().Match(page.Text).Groups[1].Value), .. fields]);
    }

    public async Task<Answer> PostAsync(string address, params (string Field, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Field, field.Value)));
        return await ReadAsync(await _http.PostAsync(address, form, Ct));
    }

    public Task<Answer> SignInAsync(string email, string password, string to = "/") =>
        SendAsync($"/sign-in?to={Uri.EscapeDataString(to)}", "sign-in", ("Input.Email", email), ("Input.Password", password));

    /// <summary>True when the session opens a page.</summary>
    public async Task<bool> IsInAsync() => (await GetAsync("/")).Status == HttpStatusCode.OK;

    public void Dispose() => _http.Dispose();

    private static async Task<Answer> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            return new Answer(
                answer.StatusCode, answer.Headers.Location?.ToString(), WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct)),
                answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [], answer.Headers.RetryAfter?.Delta);
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenIn();
}

internal sealed record Answer(HttpStatusCode Status, string? Location, string Text, IReadOnlyList<string> Cookies, TimeSpan? RetryAfter)
{
    /// <summary>Where it leads to on this console, without the host.</summary>
    public string? To => Location is null ? null : Location.StartsWith("https://console.test", StringComparison.Ordinal) ? Location["https://console.test".Length..] : Location;
}
