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
