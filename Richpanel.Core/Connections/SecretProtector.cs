using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>Encrypts secrets at rest. What it gives back in clear must not outlive the operation that asked.</summary>
public sealed class SecretProtector(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Richpanel.Secrets.v1");

    public byte[] Protect(string secret) => _protector.Protect(Encoding.UTF8.GetBytes(secret));

    /// <summary>The secret in clear; throws <see cref="CryptographicException"/> when the key ring that sealed it is gone.</summary>
    public string Unprotect(byte[] sealedSecret) => Encoding.UTF8.GetString(_protector.Unprotect(sealedSecret));

    /// <summary>The secret in clear; null when the key ring that sealed it is gone. What cannot be opened shows in no other way.</summary>
    /// <exception cref="KeyRingUnreadableException">The ring is there and cannot be read now: nothing is lost.</exception>
    public string? Open(byte[] sealedSecret)
    {
        try
        {
            return Unprotect(sealedSecret);
        }
        catch (CryptographicException failure)
        {
            return KeyRingUnreadableException.Behind(failure) is { } unreadable ? throw unreadable : null;
        }
    }

    public bool CanOpen(byte[] sealedSecret) => Open(sealedSecret) is not null;

    /// <summary>8 hex digits that differ for different secrets and tell nothing about them.</summary>
    public static string Fingerprint(string secret) =>
        Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(secret, "richpanel-console fingerprint"u8, 50_000, HashAlgorithmName.SHA256, 4));

    /// <summary>The hash under which a write key or API token (both long and random) is stored.</summary>
    public static byte[] HashKey(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
