using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Backups;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Backups;

/// <summary>A backup of a product that runs and is written to, restored into an empty folder where another one then starts.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private const string Passphrase = "planted passphrase 8812";
    private const string Secret = "planted-api-secret-7710";

    /// <summary>Nothing answers there, so what is sent waits for its next try.</summary>
    private static readonly Dictionary<string, string?> s_settings = new() { ["Outgoing:AllowPrivateNetworks"] = "true", ["Delivery:Schedule:0"] = "00:00:00", ["Delivery:Schedule:1"] = "01:00:00" };

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _elsewhere = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string NewFolder => Path.Combine(_elsewhere.Path, "data");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_running_product_has_kept_is_there_again_with_secrets_that_open_and_marks_where_something_may_go_out_twice()
    {
        string file;
        TestSource source;
        await using (var console = new ConsoleUnderTest(s_settings, over: _folder))
        {
            source = await console.AddSourceAsync("Shop", apiSecret: Secret);
            using var sender = console.CreateClient();
            await sender.PostCallAsync("/v1/track", """{"messageId":"m-1","userId":"u","event":"Kept"}""", source.WriteKey).AcceptedAsync();
            await console.ExpandedAsync();

            // What a backup that was killed has left is taken away.
            var left = Directory.CreateDirectory(Path.Combine(console.Folder, "backups", ".richpanel-console-2026-01-01T00-00-00Z-12345678"));
            await File.WriteAllTextAsync(Path.Combine(left.FullName, "console.db"), "half a copy", Ct);
            left.LastWriteTimeUtc = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2);

            // Written to all the while.
            using var stop = new CancellationTokenSource();
            var writing = Task.Run(
                async () =>
                {
                    for (var n = 0; !stop.IsCancellationRequested; n++)
                    {
                        await sender.PostCallAsync("/v1/track", $$"""{"messageId":"more-{{n}}","userId":"u{{n}}","event":"More"}""", source.WriteKey).AcceptedAsync();
                    }
                },
                Ct);
            var made = await console.Services.GetRequiredService<BackupStore>().MakeAsync(Actor.System, Passphrase);
            await stop.CancelAsync();
            await writing;

            file = Path.Combine(console.Folder, "backups", made.Name);
            Assert.True(made.Manifest!.IsBalanced);
            Assert.InRange(made.Manifest.Counts.Deliveries, 1, long.MaxValue);
            Assert.DoesNotContain(Passphrase, console.Logs.Text, StringComparison.Ordinal);
            Assert.Contains("backup.made", await console.ChangesAsync());
            Assert.Equal([made.Name], Directory.EnumerateFileSystemEntries(Path.Combine(console.Folder, "backups")).Select(Path.GetFileName));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }

        Assert.DoesNotContain(Secret, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Ct)), StringComparison.Ordinal);
        Directory.CreateDirectory(NewFolder);
        File.Move(file, Path.Combine(_elsewhere.Path, "kept.rpbackup"));
        var restored = Restore(Path.Combine(_elsewhere.Path, "kept.rpbackup"), Passphrase);
        Assert.Equal(1, restored.Paused);

        using var over = new TemporaryFolder();
        foreach (var entry in new DirectoryInfo(NewFolder).EnumerateFileSystemInfos())
        {
            Directory.Move(entry.FullName, Path.Combine(over.Path, entry.Name));
        }

        await using var again = new ConsoleUnderTest(s_settings, over: over);
        var shop = again.Directory.Find(source.ConnectionId)!;
        Assert.Equal(Secret, again.Services.GetRequiredService<SecretProtector>().Open(shop.ProtectedSecret!));
        Assert.NotNull(shop.PausedAt);
        await using var context = again.Read();
        var kept = await context.Deliveries.SingleAsync(delivery => delivery.MessageId == "m-1", Ct);
        Assert.Equal((DeliveryState.Waiting, DeliveryMarks.MayHaveGoneOut), (kept.State, kept.Marks & DeliveryMarks.MayHaveGoneOut));
        Assert.True((await again.Services.GetRequiredService<ChangeVerifier>().VerifyAsync(null, Ct)).IsIntact);
        var changes = await again.ChangesAsync();
        Assert.Contains("backup.restored", changes);
        Assert.DoesNotContain(changes, change => change is "change-log.end-missing" or "change-log.head-missing" or "product.seal-renewed");
        Assert.False(File.Exists(Path.Combine(over.Path, "restored.json")));
        await again.ExpandedAsync();
        await again.LedgerAddsUpAsync();
        using var client = again.CreateClient();
        await client.PostCallAsync("/v1/track", """{"messageId":"m-2","userId":"u","event":"After"}""", source.WriteKey).AcceptedAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task What_cannot_be_restored_is_refused_with_what_to_do_and_nothing_is_left()
    {
        await using var console = new ConsoleUnderTest(over: _folder);
        var made = await console.Services.GetRequiredService<BackupStore>().MakeAsync(Actor.System, Passphrase);
        var file = Path.Combine(console.Folder, "backups", made.Name);

        Refuses(file, "another passphrase", "The passphrase does not open its key ring. Give the one");
        Refuses(Path.Combine(_elsewhere.Path, "none.rpbackup"), Passphrase, "There is no file ");
        Refuses(Written("text", "no backup at all"u8.ToArray()), Passphrase, "It is damaged, or no backup of this product.");
        Refuses(Written("short", (await File.ReadAllBytesAsync(file, Ct))[..^2000]), Passphrase, "It is damaged, or no backup of this product.");
        Refuses(Changed(file, "console.db", content => content[content.Length / 2] ^= 1), Passphrase, "Its part console.db is damaged. Take another copy");
        Refuses(Changed(file, "keys.sealed", content => content[20] ^= 1), Passphrase, "Its part keys.sealed is damaged.");
        Refuses(Manifest(file, json => json["schema"] = "29990101000000_Future"), Passphrase, "It was made by a newer version of the product (");
        Refuses(Manifest(file, json => json["format"] = 2), Passphrase, "It was made by a newer version of the product (");
        Refuses(Manifest(file, json => json["seal"]!["iterations"] = 2_000_000_000), Passphrase, "Its manifest is damaged.");
        Refuses(Manifest(file, json => json["parts"]!.AsArray().RemoveAt(0)), Passphrase, "Its manifest is damaged.");
        Refuses(Manifest(file, json => json["parts"]![0]!["bytes"] = 10), Passphrase, "Its part console.db is damaged.");
        Refuses(Manifest(file, json => json["parts"]![1]!["bytes"] = 100_000_000), Passphrase, "Its key ring is larger than any of ours.");
        Assert.False(Directory.Exists(NewFolder));

        // Of another backup, with the same passphrase: it does not belong to this database.
        await console.AddSourceAsync();
        var other = Path.Combine(console.Folder, "backups", (await console.Services.GetRequiredService<BackupStore>().MakeAsync(Actor.System, Passphrase)).Name);
        Refuses(Mixed(file, ringOf: other), Passphrase, "The passphrase does not open its key ring.");

        var running = new BackupRestore(new StoragePaths($"Data Source={console.DatabaseFile}"), TimeProvider.System);
        Assert.StartsWith("The product runs on ", Assert.Throws<BackupException>(() => running.Run(file, Passphrase, false, Ct)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(NewFolder);
        await File.WriteAllTextAsync(Path.Combine(NewFolder, "console.db"), "somebody's", Ct);
        Refuses(file, Passphrase, "There is a database already: ");
        File.Move(Path.Combine(NewFolder, "console.db"), Path.Combine(NewFolder, "other.txt"));
        Directory.CreateDirectory(Path.Combine(NewFolder, "keys"));
        await File.WriteAllTextAsync(Path.Combine(NewFolder, "keys", "key-1.xml"), "<key />", Ct);
        Refuses(file, Passphrase, "There is a key ring already: ");
        Assert.Equal(["key-1.xml", "other.txt"], Directory.EnumerateFiles(NewFolder, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_damaged_database_makes_no_backup_and_leaves_none()
    {
        await using var console = new ConsoleUnderTest(over: _folder);
        _ = console.Services;
        Corruption.Spoil(console.DatabaseFile, "Samples");

        var refused = await Assert.ThrowsAsync<BackupException>(() => console.Services.GetRequiredService<BackupStore>().MakeAsync(Actor.System, Passphrase));

        Assert.Contains("The database ", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(console.Folder, "backups")));
        Assert.DoesNotContain("backup.made", await console.ChangesAsync());
    }

    private Restored Restore(string file, string passphrase) =>
        new BackupRestore(new StoragePaths($"Data Source={Path.Combine(NewFolder, "console.db")}"), TimeProvider.System).Run(file, passphrase, sends: false, Ct);

    private void Refuses(string file, string passphrase, string because) =>
        Assert.StartsWith(because, Assert.Throws<BackupException>(() => Restore(file, passphrase)).Message, StringComparison.Ordinal);

    private string Written(string name, byte[] content)
    {
        var file = Path.Combine(_elsewhere.Path, name + ".rpbackup");
        File.WriteAllBytes(file, content);
        return file;
    }

    private string Manifest(string file, Action<JsonNode> change) => Changed(file, BackupManifest.Entry, content =>
    {
        var json = JsonNode.Parse(content)!;
        change(json);
        return JsonSerializer.SerializeToUtf8Bytes(json);
    });

    private string Changed(string file, string entry, Action<byte[]> change) => Changed(file, entry, content =>
    {
        change(content);
        return content;
    });

    private string Changed(string file, string entry, Func<byte[], byte[]> change)
    {
        var copy = Path.Combine(_elsewhere.Path, $"{Guid.NewGuid():N}.rpbackup");
        File.Copy(file, copy);
        using var zip = ZipFile.Open(copy, ZipArchiveMode.Update);
        Replace(zip, entry, change(Content(zip, entry)));
        return copy;
    }

    private string Mixed(string file, string ringOf)
    {
        using var other = ZipFile.OpenRead(ringOf);
        var (ring, seal) = (Content(other, BackupManifest.KeyRing), JsonNode.Parse(Content(other, BackupManifest.Entry))!["seal"]!.DeepClone());
        var mixed = Changed(file, BackupManifest.KeyRing, _ => ring);
        return Manifest(mixed, json =>
        {
            json["seal"] = seal;
            json["parts"]![1]!["bytes"] = ring.Length;
            json["parts"]![1]!["sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(ring));
        });
    }

    private static byte[] Content(ZipArchive zip, string entry)
    {
        using var content = zip.GetEntry(entry)!.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void Replace(ZipArchive zip, string entry, byte[] content)
    {
        zip.GetEntry(entry)!.Delete();
        using var fresh = zip.CreateEntry(entry).Open();
        fresh.Write(content);
    }
}
