namespace Richpanel.Core.Sandbox;

/// <summary>One request the sandbox got, as it got it.</summary>
public sealed class SandboxRequest
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    public string Method { get; set; } = "POST";

    /// <summary>For example <c>/v2/t</c>.</summary>
    public required string Path { get; set; }

    /// <summary>One <c>Name: value</c> a line, as <see cref="SandboxHeaders.Text"/> keeps them; null for a request that an earlier version kept.</summary>
    public string? Headers { get; set; }

    public required byte[] Body { get; set; }

    /// <summary>What was answered; 0 when the connection was cut instead.</summary>
    public int Status { get; set; }

    /// <summary>The <see cref="SandboxStep"/> that was played, as JSON; null for a request that an earlier version kept.</summary>
    public string? Step { get; set; }

    /// <summary>Which step of the scenario of that time it was, from 1; null when Richpanel's own answer was given.</summary>
    public int? StepNumber { get; set; }

    /// <summary>Milliseconds from its head to the end of the answer; null while it is being answered.</summary>
    public int? TookMs { get; set; }

    /// <summary>The sender did not wait for the answer.</summary>
    public bool SenderLeft { get; set; }

    /// <summary>Calls inside, as far as they could be decoded.</summary>
    public int Calls { get; set; }

    /// <summary>First event name inside; null when nothing could be decoded.</summary>
    public string? Event { get; set; }

    /// <summary>All rules of the contract hold.</summary>
    public bool KeepsContract { get; set; }

    /// <summary>JSON array of {rule, passed, text}.</summary>
    public required string Findings { get; set; }

    /// <summary>False when the scenario answered otherwise than Richpanel would: nothing was taken over then.</summary>
    public bool Taken { get; set; }
}

/// <summary>A customer, made by identify only (richpanel.md section 5).</summary>
public sealed class SandboxCustomer
{
    public long Id { get; set; }

    public required string Uid { get; set; }

    public string? Email { get; set; }

    public string? Name { get; set; }

    /// <summary>All userProperties seen, the latest value of each, as JSON object.</summary>
    public required string Properties { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A device that was seen; a customer once an identify carried it together with a uid.</summary>
public sealed class SandboxVisitor
{
    public long Id { get; set; }

    public required string Did { get; set; }

    public string? Uid { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}

public sealed class SandboxSession
{
    public long Id { get; set; }

    /// <summary><c>uid:…</c> or <c>did:…</c>.</summary>
    public required string Owner { get; set; }

    /// <summary>The session id sent; null for one made from gaps between events.</summary>
    public string? Sid { get; set; }

    /// <summary>Made from gaps, whose length Richpanel documents nowhere: <see cref="SandboxOptions.SessionGap"/> is a guess.</summary>
    public bool Assumed => Sid is null;

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public int Events { get; set; }

    /// <summary>A customer's sessions are theirs on every device; null for nobody.</summary>
    public static string? OwnerOf(string? uid, string? did) => uid is not null ? "uid:" + uid : did is not null ? "did:" + did : null;
}

/// <summary>One event on a timeline.</summary>
public sealed class SandboxEvent
{
    public long Id { get; set; }

    public long RequestId { get; set; }

    public string? EventId { get; set; }

    public required string Name { get; set; }

    public string? Uid { get; set; }

    public string? Did { get; set; }

    public long? SessionId { get; set; }

    public DateTimeOffset OccurredAt { get; set; }

    public DateTimeOffset ArrivedAt { get; set; }

    /// <summary>The decoded call as JSON.</summary>
    public required string Call { get; set; }

    /// <summary>An event with this eventId had arrived before.</summary>
    public bool Repeat { get; set; }
}
