using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Entrance;

/// <summary>SQL in every filter: each parameter that the API describes of itself is tried, so that none is forgotten.</summary>
public sealed class FilterAttackTests : IAsyncLifetime
{
    private const string Call = """{"type":"track","event":"Kept","userId":"u","messageId":"m-1","properties":{"order_id":"o-1"},"context":{"traits":{"email":"u@example.test"}}}""";

    /// <summary>Each would, where it were taken for SQL or a pattern, find all rows, end in an error, or destroy something.</summary>
    private static readonly string[] s_attacks =
    [
        "' OR 1=1 --", "\" OR \"\"=\"", "') OR ('1'='1", "1 OR 1=1", "' UNION SELECT * FROM People --", "x'; DROP TABLE Deliveries; --", "\"; DELETE FROM \"ChangeLog\"; --",
        "%", "_", "*", "[a-z]", "'", "\\", "u' /*", "NULL", "randomblob(999)", "\u0000' OR 1=1 --", "é' OR '1'='1",
    ];

    private readonly EntranceUnderTest _product = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var source = await _product.App.AddSourceAsync();
        await _product.Http.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
        await _product.App.ExpandedAsync();
    }

    public ValueTask DisposeAsync() => _product.DisposeAsync();

    [Fact(Timeout = 300_000)]
    public async Task In_no_parameter_of_the_API_is_SQL_anything_but_a_word_that_nobody_has()
    {
        var before = await RowsAsync();
        var tried = 0;
        foreach (var (path, name) in await ParametersAsync())
        {
            foreach (var attack in s_attacks)
            {
                await FindsNothingAsync(HttpMethod.Get, $"{path}?{name}={Uri.EscapeDataString(attack)}", null);
                tried++;
            }
        }

        Assert.InRange(tried, 30 * s_attacks.Length, int.MaxValue);   // the list is not empty by mistake
        Assert.Equal(before, await RowsAsync());
    }

    [Theory(Timeout = 120_000)]
    [InlineData("q")]
    [InlineData("state")]
    [InlineData("type")]
    [InlineData("event")]
    [InlineData("user")]
    [InlineData("email")]
    [InlineData("order")]
    [InlineData("messageId")]
    [InlineData("connection")]
    [InlineData("origin")]
    [InlineData("code")]
    [InlineData("since")]
    [InlineData("until")]
    [InlineData("cursor")]
    public async Task Nor_in_a_search_that_comes_as_a_body(string field)
    {
        var before = await RowsAsync();
        foreach (var attack in s_attacks)
        {
            await FindsNothingAsync(HttpMethod.Post, "/api/v1/deliveries/search", JsonSerializer.Serialize(new Dictionary<string, string> { [field] = attack }));
        }

        Assert.Equal(before, await RowsAsync());
    }

    [Theory(Timeout = 120_000)]
    [InlineData("/api/v1/deliveries/{0}")]
    [InlineData("/api/v1/connections/{0}")]
    [InlineData("/api/v1/sandbox/requests/{0}")]
    [InlineData("/v1/projects/{0}/settings")]
    public async Task Nor_in_an_id_of_an_address(string path)
    {
        foreach (var attack in s_attacks.Where(attack => !attack.Contains('\\', StringComparison.Ordinal) && !attack.Contains('\u0000', StringComparison.Ordinal)))
        {
            using var answer = await SendAsync(HttpMethod.Get, string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Uri.EscapeDataString(attack)), null);

            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_name_of_a_download_is_the_products_own_whatever_was_asked_for()
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/api/v1/audit/export.csv?words={Uri.EscapeDataString("\"; filename=\"evil.exe\r\nX-Injected: 1")}", null);

        Assert.Matches("^\"?change-log-[0-9-]{10}\\.csv\"?$", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("X-Injected"));
    }

    /// <summary>No row: a list with nothing in it, or a sentence that says what is wrong with the filter.</summary>
    private async Task FindsNothingAsync(HttpMethod method, string address, string? body)
    {
        using var answer = await SendAsync(method, address, body);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{address} {body}: {(int)answer.StatusCode} {text}");
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return;
        }

        Assert.True(RowsIn(answer, text) == 0, $"{address} {body} found: {text}");
    }

    private static int RowsIn(HttpResponseMessage answer, string text)
    {
        if (answer.Content.Headers.ContentType?.MediaType == "text/csv")
        {
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1;
        }

        var json = JsonElement.Parse(text);
        return json.ValueKind == JsonValueKind.Array ? json.GetArrayLength() : json.GetProperty("items").GetArrayLength();
    }

    /// <summary>Every query parameter of every GET that lists something.</summary>
    private async Task<List<(string Path, string Name)>> ParametersAsync()
    {
        using var answer = await SendAsync(HttpMethod.Get, "/openapi/v1.json", null);
        var described = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return
        [
            .. from path in described.GetProperty("paths").EnumerateObject()
               where path.Value.TryGetProperty("get", out _)
               let get = path.Value.GetProperty("get")
               where get.TryGetProperty("parameters", out _)
               from parameter in get.GetProperty("parameters").EnumerateArray()
               where parameter.GetProperty("in").GetString() == "query"
               select (path.Name, parameter.GetProperty("name").GetString()!),
        ];
    }

    private async Task<string> RowsAsync()
    {
        await using var context = _product.App.Read();
        return $"{await context.Deliveries.CountAsync(Ct)} {await context.Requests.CountAsync(Ct)} {await context.People.CountAsync(Ct)} {await context.ApiTokens.CountAsync(Ct)} {await context.Connections.CountAsync(Ct)} {await context.ChangeLog.CountAsync(line => line.Action != ChangeCatalog.ChangeLogExported.Code && line.Action != ChangeCatalog.LogExported.Code, Ct)}";
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, string? body)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = new("Bearer", EntranceUnderTest.Token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await _product.Http.SendAsync(request, Ct);
    }
}
