using System.ComponentModel.DataAnnotations;

namespace Richpanel.Core.Storage;

/// <summary>Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>Only <c>Sqlite</c> in this version.</summary>
    [RegularExpression("Sqlite", ErrorMessage = "Storage:Provider must be 'Sqlite'; PostgreSQL comes in a later version.")]
    public string Provider { get; init; } = "Sqlite";

    /// <summary>
    /// For SQLite <c>Data Source=path</c>. A relative path is taken from the working directory the product was started in.
    /// Key ring (<c>keys/</c>) and sandbox (<c>sandbox.db</c>) stand beside this file.
    /// </summary>
    [Required]
    public string ConnectionString { get; init; } = "Data Source=data/console.db";

    public KeyRingCertificateOptions KeyRingCertificate { get; init; } = new();

    /// <summary>Where backups made by page and API go; null = <c>backups/</c> beside the database. A relative path as above.</summary>
    public string? BackupFolder { get; init; }

    /// <summary>Bytes. With less room on the disk of the database the receiver takes nothing more: for the WAL, a checkpoint and the rows of what is kept.</summary>
    [Range(64L * 1024 * 1024, long.MaxValue, ErrorMessage = "give at least 67108864 (64 MiB): what was taken in still needs room for its rows.")]
    public long FullBelow { get; init; } = 256L * 1024 * 1024;

    /// <summary>Bytes. With less room a person is told.</summary>
    [Range(0, long.MaxValue, ErrorMessage = "give a number of bytes, 0 or more.")]
    public long LowBelow { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>From 0 to 1. With a smaller share of the disk free a person is told, too.</summary>
    [Range(0d, 1d, ErrorMessage = "give a share from 0 to 1, for example 0.1.")]
    public double LowBelowShare { get; init; } = 0.1;
}

/// <summary>Section <c>Storage:KeyRingCertificate</c>: who copies database and key ring cannot open the secrets without this certificate.</summary>
public sealed class KeyRingCertificateOptions
{
    /// <summary>A PFX file with an RSA private key; null = new keys of the ring stand unprotected, readable by their owner only.</summary>
    public string? Path { get; init; }

    public string? Password { get; init; }

    /// <summary>A file that holds the password, for secrets mounted as files.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Certificates that were used before: they only open the keys of the ring that they protected.</summary>
    public IReadOnlyList<OlderCertificate> Older { get; init; } = [];
}

/// <summary>An item of <c>Storage:KeyRingCertificate:Older</c>.</summary>
public sealed class OlderCertificate
{
    /// <summary>A PFX file with an RSA private key.</summary>
    public string? Path { get; init; }

    public string? Password { get; init; }

    /// <summary>A file that holds the password, for secrets mounted as files.</summary>
    public string? PasswordFile { get; init; }
}
