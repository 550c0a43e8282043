using System.Globalization;

namespace Richpanel.Core.Connections;

/// <summary>Section <c>Bootstrap</c>: what an unattended installation starts with. See <see cref="Bootstrap"/> for when it is applied.</summary>
public sealed class BootstrapOptions
{
    public BootstrapAdmin Admin { get; init; } = new();

    public IReadOnlyList<BootstrapToken> ApiTokens { get; init; } = [];

    public IReadOnlyList<BootstrapConnection> Connections { get; init; } = [];
}

/// <summary>The first admin; made when there is none with this e-mail.</summary>
public sealed class BootstrapAdmin
{
    public string? Email { get; init; }

    public string? Password { get; init; }

    /// <summary>A file that holds the password, for secrets mounted as files.</summary>
    public string? PasswordFile { get; init; }
}

/// <summary>A bearer token of the API.</summary>
public sealed class BootstrapToken
{
    public string Name { get; init; } = "";

    /// <summary>viewer, support, qa, operator or admin.</summary>
    public string Role { get; init; } = "viewer";

    /// <summary>Names of the connections it may touch, comma-separated; null = all.</summary>
    public string? Connections { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? Token { get; init; }

    /// <summary>A file that holds the token, for secrets mounted as files.</summary>
    public string? TokenFile { get; init; }
}

/// <summary>A connection with its sources. What is left out gets the default of a new connection.</summary>
public sealed class BootstrapConnection
{
    public string Name { get; init; } = "";

    public ConnectionEnvironment? Environment { get; init; }

    public string? BaseUrl { get; init; }

    public string? ApiKey { get; init; }

    public string? ApiSecret { get; init; }

    /// <summary>A file that holds the API Secret, for secrets mounted as files.</summary>
    public string? ApiSecretFile { get; init; }

    public SignatureHash? SignatureHash { get; init; }

    public Transport? Transport { get; init; }

    public IReadOnlyList<BootstrapSource> Sources { get; init; } = [];
}

public sealed class BootstrapSource
{
    public string Name { get; init; } = "";

    /// <summary>16 printable characters or more; left out, a random one is made.</summary>
    public string? WriteKey { get; init; }
}

/// <summary>A secret that may stand in the configuration itself or in a file it names.</summary>
internal static class SecretSetting
{
    /// <exception cref="Storage.CannotStartException">The file cannot be read.</exception>
    public static string? Read(string? value, string? file, string setting)
    {
        if (string.IsNullOrEmpty(file))
        {
            return string.IsNullOrWhiteSpace(value) ? null : value.Trim();   // as a file is: a mounted secret often ends in a line break
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Storage.CannotStartException(string.Create(CultureInfo.InvariantCulture, $"{setting}File cannot be read: {failure.Message}"));
        }
    }
}
