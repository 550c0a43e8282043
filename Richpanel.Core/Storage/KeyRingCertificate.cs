using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Richpanel.Core.Connections;

namespace Richpanel.Core.Storage;

/// <summary>The certificate that protects new keys of the ring, and opens those it protected.</summary>
internal static class KeyRingCertificate
{
    private const string Setting = "Storage:KeyRingCertificate:";
    private const int WrongPassword = unchecked((int)0x80070056);

    /// <summary>Null when none is asked for.</summary>
    /// <exception cref="CannotStartException">It cannot be used; the sentence names the setting, never the password.</exception>
    public static X509Certificate2? Load(KeyRingCertificateOptions options)
    {
        var password = SecretSetting.Read(options.Password, options.PasswordFile, Setting + "Password");
        if (string.IsNullOrEmpty(options.Path))
        {
            return password is null ? null : throw new CannotStartException($"{Setting}Password is given, but {Setting}Path names no certificate file.");
        }

        var certificate = Open(options.Path, password);
        using var key = certificate.GetRSAPrivateKey();
        return key is not null
            ? certificate
            : throw new CannotStartException($"{Setting}Path: '{options.Path}' holds no certificate with an RSA private key, so what it protects could never be opened. Export the PFX file with its private key.");
    }

    private static X509Certificate2 Open(string path, string? password)
    {
        // Not kept in the account's own key store, where the system has one; macOS can do only that.
        var where = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
        try
        {
            return X509CertificateLoader.LoadPkcs12(File.ReadAllBytes(path), password, where);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException($"{Setting}Path: the certificate file cannot be read: {failure.Message}");
        }
        catch (CryptographicException failure) when (failure.HResult == WrongPassword)
        {
            throw new CannotStartException($"{Setting}Password (or PasswordFile) does not open '{path}'.");
        }
        catch (CryptographicException)
        {
            throw new CannotStartException($"{Setting}Path: '{path}' is not a PFX (PKCS #12) file with a certificate.");
        }
    }
}
