using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Storage;

/// <summary>The key ring as files that only the account of the product may read (0700 and 0600 where the system knows modes).</summary>
internal sealed partial class OwnerOnlyKeyRing(StoragePaths paths, ILoggerFactory loggers)
    : FileSystemXmlRepository(OwnerOnly.Folder(paths.KeyRing), loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<OwnerOnlyKeyRing>();

    /// <summary>
    /// A file that holds no key is one key lost, not a reason to stand still with all of them. One that cannot be read now may hold a
    /// key all the same, and what it sealed must not be given up for lost.
    /// </summary>
    /// <exception cref="KeyRingUnreadableException">The system does not let the folder or a file be read.</exception>
    public override IReadOnlyCollection<XElement> GetAllElements()
    {
        try
        {
            return [.. Directory.EnumerateFiles("*.xml").OrderBy(file => file.Name, StringComparer.Ordinal).Select(Read).OfType<XElement>()];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingUnreadableException(Directory.FullName, failure);
        }
    }

    private XElement? Read(FileInfo file)
    {
        try
        {
            using var content = file.OpenRead();
            return XElement.Load(content);
        }
        catch (XmlException failure)
        {
            // Only what kind of failure: what stands in the file may be half a key.
            Unreadable(_logger, file.Name, failure.GetType().Name);
            return null;
        }
    }

    [LoggerMessage(EventId = 1001, Level = LogLevel.Error, Message = "{File} of the key ring cannot be read ({Failure}): secrets sealed with its key must be entered again")]
    private static partial void Unreadable(ILogger logger, string file, string failure);

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

    /// <summary>A file that is not there yet, for its owner alone from the first moment.</summary>
    /// <exception cref="IOException">There is one already.</exception>
    public static FileStream NewFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    public static void File(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
