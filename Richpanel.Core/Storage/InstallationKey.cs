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
    private const string FileName = "installation.key";
    private const string Purpose = "Richpanel.InstallationKey.v1";

    private readonly byte[] _key;

    public InstallationKey(StoragePaths paths, IDataProtectionProvider protection)
    {
        var protector = protection.CreateProtector(Purpose);
        var file = Path.Combine(OwnerOnly.Folder(paths.KeyRing).FullName, FileName);
        try
        {
            _key = protector.Unprotect(File.ReadAllBytes(file));
        }
        catch (FileNotFoundException)
        {
            _key = Make(protector, file);
            IsMade = true;
        }
        catch (CryptographicException)
        {
            // The ring that sealed it is gone. What was sealed with the old key can no longer be proved; new lines can.
            File.Move(file, file + ".unreadable", overwrite: true);
            _key = Make(protector, file);
            IsRenewed = IsMade = true;
        }
    }

    private InstallationKey(byte[]? found)
    {
        _key = found ?? RandomNumberGenerator.GetBytes(Length);
        IsMade = found is null;
    }

    /// <summary>The key of before could not be opened at this start.</summary>
    public bool IsRenewed { get; }

    /// <summary>There was no key that could be used before this start.</summary>
    public bool IsMade { get; }

    /// <summary>For who only looks: makes and moves no file. Without a key that can be opened, one that fits nothing.</summary>
    public static InstallationKey OpenOnly(StoragePaths paths, Func<IDataProtectionProvider> protection)
    {
        var file = Path.Combine(paths.KeyRing, FileName);
        try
        {
            return new InstallationKey(File.Exists(file) ? protection().CreateProtector(Purpose).Unprotect(File.ReadAllBytes(file)) : null);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or InvalidOperationException)
        {
            return new InstallationKey(null);   // the ring is gone, or has no key in use
        }
    }

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
