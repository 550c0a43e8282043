using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Richpanel.Core.Storage;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Storage;

public sealed class KeyRingCertificateTests : IDisposable
{
    private const string Password = "password-of-the-pfx-8842";
    private const string Setting = "Storage:KeyRingCertificate:";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task With_a_certificate_the_ring_stands_encrypted_and_only_that_certificate_opens_what_it_sealed()
    {
        var right = Pfx("right.pfx");
        var content = await SealAsync(right);

        Assert.All(KeyFiles(), file => Assert.Contains("X509Certificate", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.All(KeyFiles(), file => Assert.DoesNotContain("<value>", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.Equal("a secret", await OpenAsync(content, right));
        Assert.Null(await OpenAsync(content, Pfx("other.pfx")));
        Assert.Null(await OpenAsync(content));
    }

    [Fact]
    public async Task With_the_certificate_put_back_the_secrets_are_readable_again()
    {
        var right = Pfx("right.pfx");
        var content = await SealAsync(right);
        Assert.Null(await OpenAsync(content, Pfx("other.pfx")));

        Assert.Equal("a secret", await OpenAsync(content, right));
    }

    [Fact]
    public async Task A_ring_made_without_certificate_stays_readable_when_one_is_set()
    {
        var content = await SealAsync();

        Assert.Equal("a secret", await OpenAsync(content, Pfx("right.pfx")));
    }

    [Fact]
    public async Task After_a_renewal_the_older_certificates_open_what_they_sealed_and_the_new_one_seals()
    {
        var first = await SealAsync(Pfx("first.pfx"));
        foreach (var file in KeyFiles())
        {
            File.Move(file, Path.Combine(_folder.Path, Path.GetFileName(file)));   // as when its key has aged out: the next one makes a key of its own
        }

        var second = await SealAsync(Pfx("second.pfx"));
        foreach (var file in Directory.GetFiles(_folder.Path, "key-*.xml"))
        {
            File.Move(file, Path.Combine(_folder.Path, "keys", Path.GetFileName(file)));
        }

        (string, string)[] renewed = [.. Pfx("third.pfx"), .. Older(0, "first.pfx"), .. Older(1, "second.pfx")];

        Assert.Equal("a secret", await OpenAsync(first, renewed));
        Assert.Equal("a secret", await OpenAsync(second, renewed));
        Assert.Null(await OpenAsync(first, [.. Pfx("third.pfx"), .. Older(0, "second.pfx")]));
    }

    [Fact]
    public async Task An_older_certificate_opens_what_it_sealed_when_none_seals_any_more()
    {
        var content = await SealAsync(Pfx("first.pfx"));

        Assert.Equal("a secret", await OpenAsync(content, Older(0, "first.pfx")));
    }

    [Fact]
    public async Task An_older_certificate_that_cannot_be_used_stops_the_start_with_its_setting()
    {
        var right = Pfx("right.pfx");

        await RefusedAsync("Older:0:Path: the certificate file cannot be read", [.. right, (Setting + "Older:0:Path", Path.Combine(_folder.Path, "missing.pfx"))]);
        await RefusedAsync("Older:1:Password (or PasswordFile) does not open", [.. right, .. Older(0, "right.pfx"), (Setting + "Older:1:Path", right[0].Value), (Setting + "Older:1:Password", "wrong-password")]);
        await RefusedAsync("Older:0:Path names no certificate file", [.. right, (Setting + "Older:0:Path", "")]);
    }

    [Fact]
    public async Task The_password_may_stand_in_a_file()
    {
        var file = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(file, Password + "\n", TestContext.Current.CancellationToken);

        var content = await SealAsync((Setting + "Path", Pfx("right.pfx")[0].Value), (Setting + "PasswordFile", file));

        Assert.Equal("a secret", await OpenAsync(content, Pfx("right.pfx")));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_stops_the_start_with_the_setting_that_is_wrong()
    {
        var path = Pfx("right.pfx")[0];
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "text.pfx"), "no certificate", TestContext.Current.CancellationToken);

        await RefusedAsync("Path: the certificate file cannot be read", (Setting + "Path", Path.Combine(_folder.Path, "missing.pfx")));
        await RefusedAsync("Path: ", (Setting + "Path", Path.Combine(_folder.Path, "text.pfx")));
        await RefusedAsync("Password (or PasswordFile) does not open", path, (Setting + "Password", "wrong-password"));
        await RefusedAsync("Password (or PasswordFile) does not open", path);
        await RefusedAsync("PasswordFile cannot be read", path, (Setting + "PasswordFile", Path.Combine(_folder.Path, "missing")));
        await RefusedAsync("Path: ", [.. Pfx("keyless.pfx", withKey: false)]);
        await RefusedAsync("Path: ", [.. EllipticPfx("elliptic.pfx")]);
        await RefusedAsync("Password is given, but", (Setting + "Password", Password));
    }

    private async Task RefusedAsync(string sentence, params (string Key, string Value)[] settings)
    {
        var refused = await Assert.ThrowsAsync<CannotStartException>(() => CoreUnderTest.StartAsync(_folder, settings));

        Assert.StartsWith(Setting + sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", refused.ToString(), StringComparison.Ordinal);
    }

    private async Task<byte[]> SealAsync(params (string Key, string Value)[] settings)
    {
        await using var core = await CoreUnderTest.StartAsync(_folder, settings);
        return core.Secrets.Protect("a secret");
    }

    private async Task<string?> OpenAsync(byte[] content, params (string Key, string Value)[] settings)
    {
        await using var core = await CoreUnderTest.StartAsync(_folder, settings);
        Assert.Equal("new", core.Secrets.Open(core.Secrets.Protect("new")));
        return core.Secrets.Open(content);
    }

    private string[] KeyFiles() => Directory.GetFiles(Path.Combine(_folder.Path, "keys"), "*.xml");

    private (string Key, string Value)[] Pfx(string name, bool withKey = true)
    {
        var path = Path.Combine(_folder.Path, name);
        if (!File.Exists(path))
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=Key ring of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            Write(path, request, withKey);
        }

        return [(Setting + "Path", path), (Setting + "Password", Password)];
    }

    private (string Key, string Value)[] Older(int n, string name) =>
        [.. Pfx(name).Select(setting => (setting.Key.Replace(Setting, $"{Setting}Older:{n}:", StringComparison.Ordinal), setting.Value))];

    private (string Key, string Value)[] EllipticPfx(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(path, new CertificateRequest("CN=Key ring of a test", key, HashAlgorithmName.SHA256), withKey: true);
        return [(Setting + "Path", path), (Setting + "Password", Password)];
    }

    private static void Write(string path, CertificateRequest request, bool withKey)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var bare = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
        File.WriteAllBytes(path, (withKey ? certificate : bare).Export(X509ContentType.Pkcs12, Password));
    }
}
