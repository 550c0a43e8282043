using System.Security.Cryptography;
using System.Text;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary>
/// The one-time code that lets whoever can read this machine's files make the first admin: 128 random bits, 30 minutes, void once
/// an admin exists. It stands in a file for its owner alone; a restart makes a new one.
/// </summary>
public sealed class SetupCode(StoragePaths paths, PeopleDirectory people, TimeProvider time)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private byte[]? _hash;
    private DateTimeOffset _until;

    public string File => Path.Combine(paths.Folder, "setup-code");

    /// <summary>Somebody may set up the first admin, with the code.</summary>
    public bool IsOpen => !people.HasAdmin;

    /// <summary>Makes the code and its file; null when there is an admin already, and the file is gone then.</summary>
    public string? Make()
    {
        if (!IsOpen)
        {
            System.IO.File.Delete(File);
            return null;
        }

        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        using (var stream = new FileStream(File, FileMode.Create, FileAccess.Write))
        {
            OwnerOnly.File(File);
            stream.Write(Encoding.ASCII.GetBytes(code + "\n"));
        }

        lock (_gate)
        {
            (_hash, _until) = (Hash(code), time.GetUtcNow() + Life);
        }

        return code;
    }

    /// <summary>True once: a code that fits is used up, whatever becomes of the set-up; see <see cref="GiveBack"/>.</summary>
    public bool Take(string? typed)
    {
        lock (_gate)
        {
            if (!IsOpen || _hash is null || time.GetUtcNow() >= _until || typed is null
                || !CryptographicOperations.FixedTimeEquals(_hash, Hash(typed.Trim().ToLowerInvariant())))
            {
                return false;
            }

            _hash = null;
            return true;
        }
    }

    /// <summary>The set-up it was taken for failed for another reason (a weak password): it may be used again until its time.</summary>
    public void GiveBack(string code)
    {
        lock (_gate)
        {
            _hash = Hash(code.Trim().ToLowerInvariant());
        }
    }

    /// <summary>An admin exists: the file goes.</summary>
    public void Void() => System.IO.File.Delete(File);

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
