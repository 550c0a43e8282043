using System.Globalization;
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
        if (Read(file) is not { } content)
        {
            _key = Make(protector, file);
            IsMade = true;
        }
        else if (Open(protector, content) is { } key)
        {
            _key = key;
        }
        else
        {
            // The ring that sealed it is gone. What was sealed with the old key can no longer be proved; new lines can.
            File.Move(file, Aside(file));
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
    /// <exception cref="KeyRingUnreadableException">Whether there is one cannot be seen now.</exception>
    public static InstallationKey OpenOnly(StoragePaths paths, Func<IDataProtectionProvider> protection)
    {
        var file = Path.Combine(paths.KeyRing, FileName);
        try
        {
            return new InstallationKey(Read(file) is { } content ? Open(protection().CreateProtector(Purpose), content) : null);
        }
        catch (InvalidOperationException unreadable) when (KeyRingUnreadableException.Behind(unreadable) is null)
        {
            return new InstallationKey(null);   // the ring has no key in use
        }
    }

    /// <summary>HMAC-SHA-256.</summary>
    public byte[] Seal(ReadOnlySpan<byte> data) => HMACSHA256.HashData(_key, data);

    /// <summary>Null when there is no such file.</summary>
    private static byte[]? Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException && !File.Exists(file) && new FileInfo(file).LinkTarget is null)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingUnreadableException(file, failure);
        }
    }

    /// <summary>Null when the ring that sealed it is gone; not when that ring cannot be read now.</summary>
    private static byte[]? Open(IDataProtector protector, byte[] content)
    {
        try
        {
            return protector.Unprotect(content);
        }
        catch (CryptographicException failure)
        {
            return KeyRingUnreadableException.Behind(failure) is { } unreadable ? throw unreadable : null;
        }
    }

    /// <summary>A name that nothing has: with its ring back, each of them can be opened again.</summary>
    private static string Aside(string file)
    {
        var aside = file + ".unreadable";
        for (var n = 2; File.Exists(aside); n++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{file}.unreadable-{n}");
        }

        return aside;
    }

    /// <summary>Whole or not at all: half a key would count as one that is lost.</summary>
    private static byte[] Make(IDataProtector protector, string file)
    {
        var key = RandomNumberGenerator.GetBytes(Length);
        var content = Seal(protector, key);
        var fresh = file + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            OwnerOnly.File(fresh);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, file);
        return key;
    }

    private static byte[] Seal(IDataProtector protector, byte[] key)
    {
        try
        {
            return protector.Protect(key);
        }
        catch (CryptographicException failure) when (KeyRingUnreadableException.Behind(failure) is { } unreadable)
        {
            throw unreadable;
        }
    }
}
