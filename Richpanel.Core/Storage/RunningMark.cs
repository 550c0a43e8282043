namespace Richpanel.Core.Storage;

/// <summary>
/// A file beside the database that stands while the product runs. It is locked meanwhile, so that no second copy and no restore works on
/// the same data, and a stop that came to its end takes it away: where it is found at a start, the one before broke off.
/// </summary>
public sealed class RunningMark(StoragePaths paths, TimeProvider time) : IDisposable
{
    private const int UnixTryAgain = 11;
    private const int MacTryAgain = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>A copy that is just stopping gets this long to end.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_betweenTries = TimeSpan.FromMilliseconds(200);

    private FileStream? _file;

    /// <summary>The product was killed, or the machine stopped, and the database has not been looked through since: a stop leaves the mark then.</summary>
    public bool IsCheckOwed { get; set; }

    /// <exception cref="CannotStartException">Another copy runs on this folder, or the folder cannot be written.</exception>
    public async Task TakeAsync(TimeSpan? patience = null)
    {
        var until = time.GetUtcNow() + (patience ?? s_patience);
        while (!TryTake())
        {
            if (time.GetUtcNow() >= until)
            {
                throw new CannotStartException(
                    $"Another copy of the product runs on {paths.Folder}. Stop it first, or give this one a folder of its own in Storage:ConnectionString.");
            }

            await Task.Delay(s_betweenTries, time);
        }
    }

    /// <summary>Does a product run on this folder now?</summary>
    public static bool IsHeld(StoragePaths paths)
    {
        try
        {
            using var file = new FileStream(paths.RunningMark, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException taken) when (IsTaken(taken))
        {
            return true;
        }
    }

    /// <summary>False when a product, or a restore, has it.</summary>
    /// <exception cref="CannotStartException">The folder cannot be written.</exception>
    public bool TryTake()
    {
        try
        {
            if (!Directory.Exists(paths.Folder))
            {
                OwnerOnly.Folder(paths.Folder);
            }

            var found = File.Exists(paths.RunningMark);
            _file = new FileStream(paths.RunningMark, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (!File.Exists(paths.RunningMark))
            {
                // The one before took it away between our opening and locking it: what we hold is no longer the mark.
                _file.Dispose();
                return false;
            }

            IsCheckOwed = found;
            return true;
        }
        catch (IOException taken) when (IsTaken(taken))
        {
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException(
                $"The data folder {paths.Folder} cannot be written: {failure.Message} Give the user this runs as the right to write to it, and check that its disk is not mounted read-only.", failure);
        }
    }

    private static bool IsTaken(IOException failure) => failure.HResult is UnixTryAgain or MacTryAgain or WindowsSharingViolation;

    /// <summary>After everything that writes has ended.</summary>
    public void Dispose()
    {
        if (_file is not { } file)
        {
            return;
        }

        _file = null;
        if (!IsCheckOwed && !OperatingSystem.IsWindows())
        {
            File.Delete(paths.RunningMark);   // before it is let go of: whoever takes it next makes a new one
        }

        file.Dispose();
        if (!IsCheckOwed && OperatingSystem.IsWindows())
        {
            File.Delete(paths.RunningMark);
        }
    }
}
