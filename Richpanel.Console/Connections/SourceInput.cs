using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

/// <summary>What the form of a source holds. Neither the write key nor the stored secret is among it.</summary>
public sealed class SourceInput
{
    public required long Id { get; init; }

    public required string Name { get; set; }

    public string AllowedOrigins { get; set; } = "";

    public string AllowedAddresses { get; set; } = "";

    public bool HasSecret { get; init; }

    /// <summary>Typed now; null keeps the stored one. Lives until the save.</summary>
    public string? NewSecret { get; set; }

    public bool RemovesSecret { get; set; }

    public SecretWindow KeepPreviousFor { get; set; } = SecretWindow.Day;

    public bool RequiresSignature { get; set; }

    public bool Disabled { get; set; }

    public static SourceInput Of(Source source) => new()
    {
        Id = source.Id,
        Name = source.Name,
        AllowedOrigins = source.AllowedOrigins ?? "",
        AllowedAddresses = source.AllowedAddresses ?? "",
        HasSecret = source.ProtectedWebhookSecret is not null,
        RequiresSignature = source.RequiresSignature,
        Disabled = source.Disabled,
    };

    /// <summary>Who gets in, in a few words.</summary>
    public static string LetsIn(Source source) => string.Join(", ", new[]
    {
        source.AllowedAddresses is null ? "any address" : "listed addresses",
        source.AllowedOrigins is null ? "any origin" : "listed origins",
        source.RequiresSignature ? "only signed" : source.ProtectedWebhookSecret is null ? "unsigned" : "webhooks only signed",
    });

    /// <summary>Only what differs from <paramref name="from"/>, so that a save undoes nothing that somebody else has changed meanwhile.</summary>
    /// <param name="from">What the form was filled with.</param>
    public SourceDraft ToDraft(SourceInput from) => new()
    {
        Name = Name == from.Name ? null : Name,
        AllowedOrigins = AllowedOrigins == from.AllowedOrigins ? null : AllowedOrigins,
        AllowedAddresses = AllowedAddresses == from.AllowedAddresses ? null : AllowedAddresses,
        WebhookSecret = RemovesSecret ? "" : NewSecret,
        KeepPreviousFor = KeepPreviousFor,
        RequiresSignature = RequiresSignature == from.RequiresSignature ? null : RequiresSignature,
        Disabled = Disabled == from.Disabled ? null : Disabled,
    };
}
