using System.Net;
using System.Text;
using Richpanel.Core.Access;
using Richpanel.Core.Backups;
using Richpanel.Core.Storage;
using Richpanel.Tests.Api;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Backups;

public sealed class BackupApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private const string Passphrase = "planted passphrase 3391";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_backup_is_made_listed_fetched_and_deleted_and_each_step_is_a_line_of_the_change_log()
    {
        var made = await api.JsonAsync(HttpMethod.Post, "backups", $$"""{"passphrase":"{{Passphrase}}"}""", HttpStatusCode.Created);
        var name = made.GetProperty("name").GetString()!;
        Assert.True(made.GetProperty("ledgerBalanced").GetBoolean());
        Assert.Equal(2, made.GetProperty("parts").GetArrayLength());
        var list = await api.JsonAsync(HttpMethod.Get, "backups");
        Assert.Contains(list.GetProperty("items").EnumerateArray(), one => one.GetProperty("name").GetString() == name);
        Assert.Equal(name, (await api.JsonAsync(HttpMethod.Get, $"backups/{name}")).GetProperty("name").GetString());

        using (var file = await api.CallAsync(HttpMethod.Get, $"backups/{name}/file"))
        {
            var bytes = await file.Content.ReadAsByteArrayAsync(Ct);
            Assert.Equal(made.GetProperty("bytes").GetInt64(), bytes.Length);
            Assert.Equal("PK", Encoding.ASCII.GetString(bytes[..2]));
            Assert.Equal(name, file.Content.Headers.ContentDisposition!.FileName);
            Assert.True(file.Headers.CacheControl!.NoStore);
            using var folder = new TemporaryFolder();
            await File.WriteAllBytesAsync(Path.Combine(folder.Path, "fetched.rpbackup"), bytes, Ct);
            new BackupRestore(new StoragePaths($"Data Source={folder.Path}/data/console.db"), TimeProvider.System).Run(Path.Combine(folder.Path, "fetched.rpbackup"), Passphrase, true, Ct);
        }

        using var deleted = await api.CallAsync(HttpMethod.Delete, $"backups/{name}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await api.CallAsync(HttpMethod.Delete, $"backups/{name}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        var changes = await api.Console.ChangesAsync();
        Assert.Equal(["backup.made", "backup.downloaded", "backup.deleted"], changes.Where(change => change.StartsWith("backup.", StringComparison.Ordinal)));
        Assert.DoesNotContain(Passphrase, api.Console.Logs.Text, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("{}", "Give a passphrase: ")]
    [InlineData("""{"passphrase":"short"}""", "at least 12 characters")]
    public async Task A_passphrase_that_protects_nothing_is_refused(string json, string because)
    {
        var refused = await api.JsonAsync(HttpMethod.Post, "backups", json, HttpStatusCode.BadRequest);

        Assert.Contains(because, refused.GetProperty("errors").GetProperty("passphrase")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("backups/..%2F..%2Fconsole.db/file")]
    [InlineData("backups/%2Fetc%2Fpasswd/file")]
    public async Task A_name_leads_to_no_other_file(string path)
    {
        using var answer = await api.CallAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_token_that_is_limited_to_some_connections_gets_none_and_learns_nothing_of_the_whole()
    {
        foreach (var (method, path) in new[] { (HttpMethod.Get, "backups"), (HttpMethod.Get, "ledger/check"), (HttpMethod.Post, "ledger/check"), (HttpMethod.Get, "faults") })
        {
            using var answer = await api.CallAsync(method, path, method == HttpMethod.Post ? "{}" : null, ApiUnderTest.SandboxOnlyToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_ledger_is_checked_by_hand_and_says_so()
    {
        var before = await api.JsonAsync(HttpMethod.Get, "ledger/check", role: Role.Viewer);
        Assert.True(before.GetProperty("agrees").GetBoolean());

        var after = await api.JsonAsync(HttpMethod.Post, "ledger/check", "{}", role: Role.Operator);

        Assert.True(after.GetProperty("agrees").GetBoolean());
        Assert.Equal(0, after.GetProperty("faults").GetArrayLength());
        Assert.True(after.GetProperty("rowsCounted").GetProperty("rows").GetInt64() >= 0);
        Assert.Contains("ledger.checked", await api.Console.ChangesAsync());
    }
}
