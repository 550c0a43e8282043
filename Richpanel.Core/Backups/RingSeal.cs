using System.Security.Cryptography;

namespace Richpanel.Core.Backups;

/// <summary>
/// How the key ring in a backup is sealed: AES-256-GCM with a key that PBKDF2 (HMAC-SHA-256) makes of the passphrase. What stands in a
/// file is bounded before it is used, so that nobody's file can make a restore compute for hours.
/// </summary>
/// <param name="Iterations">Of PBKDF2.</param>
/// <param name="Salt">16 to 64 bytes, fresh for each backup, and so is the key.</param>
/// <param name="Nonce">12 bytes.</param>
public sealed record RingSeal(string Kdf, int Iterations, byte[] Salt, string Cipher, byte[] Nonce)
{
    /// <summary>Shorter ones are guessed, whatever the function.</summary>
    public const int ShortestPassphrase = 12;

    public const int LongestPassphrase = 1024;

    private const string OurKdf = "pbkdf2-hmac-sha256";
    private const string OurCipher = "aes-256-gcm";
    private const int OurIterations = 600_000;
    private const int KeyBytes = 32;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;

    /// <summary>Nothing else is computed with.</summary>
    public bool IsUsable =>
        Kdf == OurKdf && Cipher == OurCipher && Iterations is >= 100_000 and <= 5_000_000 && Salt is { Length: >= 16 and <= 64 } && Nonce is { Length: NonceBytes };

    public static RingSeal New() => new(OurKdf, OurIterations, RandomNumberGenerator.GetBytes(32), OurCipher, RandomNumberGenerator.GetBytes(NonceBytes));

    /// <summary>Null when it will do; else a sentence.</summary>
    public static string? FaultOf(string? passphrase) => passphrase switch
    {
        null or "" => "Give a passphrase: it seals the key ring, without which the secrets in the backup cannot be opened.",
        { Length: < ShortestPassphrase } => $"Give a passphrase of at least {ShortestPassphrase} characters.",
        { Length: > LongestPassphrase } => $"Give a passphrase of at most {LongestPassphrase} characters.",
        _ => null,
    };

    /// <param name="belongsTo">What it must be opened with again: ties the ring to its database.</param>
    internal byte[] Close(ReadOnlySpan<byte> content, string passphrase, ReadOnlySpan<byte> belongsTo)
    {
        var closed = new byte[content.Length + TagBytes];
        var key = Key(passphrase);
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Encrypt(Nonce, content, closed.AsSpan(0, content.Length), closed.AsSpan(content.Length), belongsTo);
            return closed;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <exception cref="CryptographicException">Another passphrase, another database, or damaged.</exception>
    internal byte[] Open(ReadOnlySpan<byte> closed, string passphrase, ReadOnlySpan<byte> belongsTo)
    {
        if (closed.Length < TagBytes)
        {
            throw new CryptographicException("The sealed content is too short.");
        }

        var content = new byte[closed.Length - TagBytes];
        var key = Key(passphrase);
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(Nonce, closed[..^TagBytes], closed[^TagBytes..], content, belongsTo);
            return content;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private byte[] Key(string passphrase) => Rfc2898DeriveBytes.Pbkdf2(passphrase, Salt, Iterations, HashAlgorithmName.SHA256, KeyBytes);
}
