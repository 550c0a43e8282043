using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Richpanel.Core.Storage;

/// <summary>
/// A random key of this installation for keyed hashes: seals of the change log, personal values in it. A file beside the key ring,
/// itself protected by the ring, readable by its owner only.
/// </summary>
public sealed class InstallationKey
{
    private const int Length = 32;

    private readonly byte[] _key;

    public InstallationKey(StoragePaths paths, IDataProtectionProvider protection)
    {
        var protector = protection.CreateProtector("Richpanel.InstallationKey.v1");
        var file = Path.Combine(OwnerOnly.Folder(paths.KeyRing).FullName, "installation.key");
        try
        {
            _key = protector.Unprotect(File.ReadAllBytes(file));
        }
        catch (FileNotFoundException)
        {
            _key = Make(protector, file);
            IsNew = true;
        }
        catch (CryptographicException)
        {
            // The ring that sealed it is gone. What was sealed with the old key can no longer be proved; new lines can.
            File.Move(file, file + ".unreadable", overwrite: true);
            _key = Make(protector, file);
            IsRenewed = true;
        }
    }

    /// <summary>The key of before could not be opened at this start.</summary>
    public bool IsRenewed { get; }

    /// <summary>There was none at this start: the first, or the keys folder is gone. Which of the two it is, the change log shows.</summary>
    public bool IsNew { get; }

    /// <summary>HMAC-SHA-256.</summary>
    public byte[] Seal(ReadOnlySpan<byte> data) => HMACSHA256.HashData(_key, data);

    private static byte[] Make(IDataProtector protector, string file)
    {
        var key = RandomNumberGenerator.GetBytes(Length);
        using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write))
        {
            OwnerOnly.File(file);
            stream.Write(protector.Protect(key));
            stream.Flush(flushToDisk: true);
        }

        return key;
    }
}
