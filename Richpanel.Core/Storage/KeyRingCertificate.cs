using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Richpanel.Core.Connections;

namespace Richpanel.Core.Storage;

/// <summary>The certificate that protects new keys of the ring and opens those it protected, and those that did so before it.</summary>
internal static class KeyRingCertificate
{
    private const string Setting = "Storage:KeyRingCertificate:";
    private const int WrongPassword = unchecked((int)0x80070056);

    /// <summary>Null when none is asked for.</summary>
    /// <exception cref="CannotStartException">It cannot be used; the sentence names the setting, never the password.</exception>
    public static X509Certificate2? Load(KeyRingCertificateOptions options) => Load(options.Path, options.Password, options.PasswordFile, Setting);

    /// <summary>In their order.</summary>
    /// <exception cref="CannotStartException">One cannot be used: what it protected would count as lost.</exception>
    public static X509Certificate2[] LoadOlder(KeyRingCertificateOptions options) =>
    [
        .. options.Older.Select((older, n) => (older, setting: string.Create(CultureInfo.InvariantCulture, $"{Setting}Older:{n}:")))
            .Select(one => Load(one.older.Path, one.older.Password, one.older.PasswordFile, one.setting)
                ?? throw new CannotStartException($"{one.setting}Path names no certificate file. Give the PFX file of a certificate that was used before, or take the item out.")),
    ];

    private static X509Certificate2? Load(string? path, string? givenPassword, string? passwordFile, string setting)
    {
        var password = SecretSetting.Read(givenPassword, passwordFile, setting + "Password");
        if (string.IsNullOrEmpty(path))
        {
            return password is null ? null : throw new CannotStartException($"{setting}Password is given, but {setting}Path names no certificate file.");
        }

        var certificate = Open(path, password, setting);
        using var key = certificate.GetRSAPrivateKey();
        return key is not null
            ? certificate
            : throw new CannotStartException($"{setting}Path: '{path}' holds no certificate with an RSA private key, so what it protects could never be opened. Export the PFX file with its private key.");
    }

    private static X509Certificate2 Open(string path, string? password, string setting)
    {
        // Not kept in the account's own key store, where the system has one; macOS can do only that.
        var where = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
        try
        {
            return X509CertificateLoader.LoadPkcs12(File.ReadAllBytes(path), password, where);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException($"{setting}Path: the certificate file cannot be read: {failure.Message}");
        }
        catch (CryptographicException failure) when (failure.HResult == WrongPassword)
        {
            throw new CannotStartException($"{setting}Password (or PasswordFile) does not open '{path}'.");
        }
        catch (CryptographicException)
        {
            throw new CannotStartException($"{setting}Path: '{path}' is not a PFX (PKCS #12) file with a certificate.");
        }
    }
}
