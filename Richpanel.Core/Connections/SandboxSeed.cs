using System.Security.Cryptography;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>Makes connection and source <c>Sandbox</c> on first start, so that the product works before any key is entered.</summary>
public sealed class SandboxSeed(StoreWriter writer, SecretProtector secrets, ChangeWriting log, TimeProvider time)
{
    public const string Name = "Sandbox";

    /// <summary>Never looked up: the Sandbox connection is sent to the built-in sandbox's own socket, wherever that listens.</summary>
    public const string BaseUrl = "http://sandbox.invalid/v2";

    /// <summary>Once: a Sandbox connection that an admin renamed or disabled stays as it is.</summary>
    public Task EnsureAsync() => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        if (context.Connections.Any(c => c.IsSandbox))
        {
            return;
        }

        var now = time.GetUtcNow();
        var secret = RandomKey();
        var connection = new Connection
        {
            Name = FreeName(context),
            Environment = ConnectionEnvironment.Sandbox,
            BaseUrl = BaseUrl,
            ApiKey = RandomKey(),
            ProtectedSecret = secrets.Protect(secret),
            SecretFingerprint = SecretProtector.Fingerprint(secret),
            SecretSetAt = now,
            IsSandbox = true,
            CreatedAt = now,
            UpdatedAt = now,
        };
        context.Connections.Add(connection);
        context.SaveChanges();
        log.Append(context, Actor.System, new Change(ChangeCatalog.ConnectionCreated, PublicId.Connection(connection.Id), connection.Name)
        {
            Fields = ConnectionFields.Between(ConnectionFields.Of((Connection?)null), ConnectionFields.Of(connection)),
        });
        context.SaveChanges();

        var writeKey = RandomKey();
        var source = new Source
        {
            PublicId = RandomKey(),
            ConnectionId = connection.Id,
            Name = Name,
            WriteKeyHash = SecretProtector.HashKey(writeKey),
            ProtectedWriteKey = secrets.Protect(writeKey),
            CreatedAt = now,
        };
        context.Sources.Add(source);
        context.SaveChanges();   // its line needs its id
        log.Append(context, Actor.System, new Change(ChangeCatalog.SourceCreated, PublicId.Source(source.Id), source.Name)
        {
            Fields = ConnectionFields.Between(ConnectionFields.Of((Source?)null), ConnectionFields.Of(source)),
        });
        context.SaveChanges();
    });

    private static string FreeName(ConsoleDbContext context) =>
        context.Connections.Any(c => c.Name == Name) ? $"{Name} (built in)" : Name;

    /// <summary>128 random bits as 32 lower-case hex digits: the form of Segment's own write keys.</summary>
    internal static string RandomKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
