using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Storage;

/// <summary>A ring that is there and cannot be read now is not a ring that is gone. A link that leads to itself stands for a failing disk.</summary>
public sealed class KeyRingUnreadableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Keys => Path.Combine(_folder.Path, "keys");

    private string KeyFile => Path.Combine(Keys, "installation.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_unreadable_key_of_the_ring_stops_the_start_with_a_sentence_and_nothing_is_renewed()
    {
        var before = await FirstStartAsync();
        var ring = Directory.GetFiles(Keys, "*.xml").Single();
        MakeUnreadable(ring);
        await using (var core = await CoreUnderTest.StartAsync(_folder))
        {
            var refused = Assert.Throws<KeyRingUnreadableException>(core.Get<InstallationKey>);
            Assert.StartsWith($"The key ring {Keys} cannot be read: ", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(KeyFile, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(Keys, "*unreadable*"));
        Assert.Single(Directory.GetFiles(Keys, "*.xml"));
    }

    [Fact]
    public async Task No_secret_counts_as_lost_while_the_ring_cannot_be_read()
    {
        await FirstStartAsync();
        var ring = Directory.GetFiles(Keys, "*.xml").Single();
        MakeUnreadable(ring);
        await using (var core = await CoreUnderTest.StartAsync(_folder))
        {
            Assert.Throws<KeyRingUnreadableException>(() => core.Secrets.Open(core.Directory.Connections[0].ProtectedSecret!));
            await Assert.ThrowsAsync<KeyRingUnreadableException>(() => core.Get<LostSecrets>().LookAsync());
        }

        File.Delete(ring);
        File.Move(Aside(ring), ring);
        await using var next = await CoreUnderTest.StartAsync(_folder);
        await next.Get<LostSecrets>().LookAsync();

        var shop = Assert.Single(next.Directory.Connections);
        Assert.Null(shop.HoldCause);
        Assert.Equal(("second-secret-of-the-shop", "first-secret-of-the-shop"), (next.Secrets.Open(shop.ProtectedSecret!), next.Secrets.Open(shop.PreviousSecret!)));
    }

    [Fact]
    public async Task An_unreadable_key_of_the_installation_stops_the_start_and_stays()
    {
        await FirstStartAsync();
        MakeUnreadable(KeyFile);
        await using var core = await CoreUnderTest.StartAsync(_folder);

        Assert.Throws<KeyRingUnreadableException>(core.Get<InstallationKey>);
        Assert.Empty(Directory.GetFiles(Keys, "*unreadable*"));
    }

    [Fact]
    public async Task A_ring_that_cannot_be_read_leaves_no_half_key_of_the_installation()
    {
        await FirstStartAsync();
        File.Delete(KeyFile);
        MakeUnreadable(Directory.GetFiles(Keys, "*.xml").Single());
        await using var core = await CoreUnderTest.StartAsync(_folder);

        Assert.Throws<KeyRingUnreadableException>(core.Get<InstallationKey>);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task Each_key_that_its_lost_ring_sealed_is_kept_under_a_name_of_its_own()
    {
        List<byte[]> lost = [];
        for (var n = 0; n < 3; n++)
        {
            lost.Add(await FirstStartAsync());
            foreach (var ring in Directory.GetFiles(Keys, "*.xml"))
            {
                File.Delete(ring);
            }
        }

        await FirstStartAsync();

        Assert.Equal(lost, from name in (string[])["", "-2", "-3"] select File.ReadAllBytes($"{KeyFile}.unreadable{name}"));
    }

    /// <returns>The sealed key of the installation.</returns>
    private async Task<byte[]> FirstStartAsync()
    {
        await using var core = await CoreUnderTest.StartAsync(_folder);
        core.Get<InstallationKey>();
        if (core.Directory.Connections.Count == 0)
        {
            await core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", BaseUrl = "https://api.example.test/v2", ApiKey = "api-key-of-shop", ApiSecret = "first-secret-of-the-shop" });
            await core.Store.UpdateAsync(Actor.System, core.Directory.Connections[0].Id, new ConnectionDraft { ApiSecret = "second-secret-of-the-shop" });
        }

        return await File.ReadAllBytesAsync(KeyFile, TestContext.Current.CancellationToken);
    }

    private string Aside(string file) => Path.Combine(_folder.Path, Path.GetFileName(file));

    private void MakeUnreadable(string file)
    {
        File.Move(file, Aside(file));
        File.CreateSymbolicLink(file, file);
    }
}
