using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Tests.Api;

public sealed class AuditApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_gives_lines_newest_first_a_page_at_a_time()
    {
        var first = await api.JsonAsync(HttpMethod.Get, "audit?limit=2");
        var second = await api.JsonAsync(HttpMethod.Get, "audit?limit=2&cursor=" + first.GetProperty("nextCursor").GetString());

        var ids = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(line => line.GetProperty("id").GetInt64()).ToList();
        Assert.Equal([ids[0], ids[0] - 1, ids[0] - 2, ids[0] - 3], ids);
    }

    [Fact]
    public async Task It_narrows_by_what_stands_in_the_address()
    {
        var found = await api.JsonAsync(HttpMethod.Get, "audit?action=connection.created&who=token&words=shop&since=2020-01-01T00:00:00Z");

        var line = Assert.Single(found.GetProperty("items").EnumerateArray());
        Assert.Equal("created the connection", line.GetProperty("did").GetString());
        Assert.Equal("name", line.GetProperty("changes")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("audit?cursor=abc", "cursor")]
    [InlineData("audit?since=yesterday", "since")]
    [InlineData("audit/export.csv?until=x", "until")]
    public async Task What_cannot_be_read_is_refused_with_its_name(string path, string field)
    {
        var problem = await api.JsonAsync(HttpMethod.Get, path, status: HttpStatusCode.BadRequest);

        Assert.StartsWith(field + ":", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verifying_says_so_in_a_sentence_and_is_itself_a_line()
    {
        var verdict = await api.JsonAsync(HttpMethod.Post, "audit/verify");

        Assert.True(verdict.GetProperty("intact").GetBoolean(), verdict.GetProperty("sentence").GetString());
        var line = (await api.JsonAsync(HttpMethod.Get, "audit?limit=1&action=change-log.verified")).GetProperty("items")[0];
        Assert.Equal("intact", line.GetProperty("changes")[0].GetProperty("after").GetString());
    }

    [Fact]
    public async Task An_export_streams_a_file_and_is_itself_a_line_that_names_an_e_mail_only_as_a_hash()
    {
        using var answer = await api.CallAsync(HttpMethod.Get, "audit/export.csv?words=jane@example.com", null);

        Assert.Equal("text/csv", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("change-log-", answer.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
        Assert.StartsWith("\uFEFFline,at,who", System.Text.Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Ct)), StringComparison.Ordinal);
        var line = (await api.JsonAsync(HttpMethod.Get, "audit?limit=1&action=change-log.exported")).GetProperty("items")[0].GetRawText();
        Assert.DoesNotContain("jane", line, StringComparison.Ordinal);
        Assert.Contains(api.Console.Services.GetRequiredService<ChangeWriting>().Personal("jane@example.com"), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_holds_every_line_there_was_before_it()
    {
        using var answer = await api.CallAsync(HttpMethod.Get, "audit/export.csv", null);
        var records = (await answer.Content.ReadAsStringAsync(Ct)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        var exported = (await api.JsonAsync(HttpMethod.Get, "audit?limit=1&action=change-log.exported")).GetProperty("items")[0];
        Assert.Equal(exported.GetProperty("count").GetInt64(), records.Length - 1);
        Assert.StartsWith("1,", records[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "audit")]
    [InlineData("POST", "audit/verify")]
    [InlineData("GET", "audit/export.csv")]
    public async Task A_token_for_one_connection_reads_none_of_it(string method, string path)
    {
        using var answer = await api.CallAsync(new HttpMethod(method), path, null, ApiUnderTest.SandboxOnlyToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }
}
