using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Storage;

/// <summary>The key ring as files that only the account of the product may read (0700 and 0600 where the system knows modes).</summary>
internal sealed class OwnerOnlyKeyRing(StoragePaths paths, ILoggerFactory loggers)
    : FileSystemXmlRepository(OwnerOnly.Folder(paths.KeyRing), loggers)
{
    public override void StoreElement(XElement element, string friendlyName)
    {
        base.StoreElement(element, friendlyName);
        foreach (var file in Directory.EnumerateFiles("*.xml"))
        {
            OwnerOnly.File(file.FullName);
        }
    }
}

/// <summary>Files and folders that hold secrets or customers' data are for their owner alone.</summary>
public static class OwnerOnly
{
    /// <summary>Makes the folder when it is missing, and takes everybody else's rights away.</summary>
    public static DirectoryInfo Folder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path);
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var folder = Directory.CreateDirectory(path, owner);
        folder.UnixFileMode = owner;
        return folder;
    }

    public static void File(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
