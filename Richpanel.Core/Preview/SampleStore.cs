using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Preview;

/// <summary>A saved sample as a list shows it.</summary>
/// <param name="Name">Without e-mails and long numbers for whoever may not see personal data.</param>
public sealed record SampleLine(long Id, string Name, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>A saved sample to start from.</summary>
/// <param name="Call">JSON text; masked for whoever may not see personal data.</param>
public sealed record SampleContent(SampleLine Line, string Call, bool IsMasked);

/// <summary>The saved sample, or a sentence that says why it was not saved.</summary>
/// <param name="Field">What the sentence is about: name or call.</param>
public sealed record SampleOutcome(SampleLine? Saved, string? Field, string? Fault);

/// <summary>Calls that people saved for each other: one method, one commit with its line of the change log.</summary>
public sealed class SampleStore(
    StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ChangeWriting log, ChangeFeed changes, IOptions<ReceivingLimits> limits, TimeProvider time)
{
    public const int Most = 500;

    /// <summary>By name. Whoever is limited to some connections sees none: a sample may come from any of them.</summary>
    public async Task<IReadOnlyList<SampleLine>> ListAsync(Actor by, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        if (by.Connections is not null)
        {
            return [];
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        var lines = await context.Samples.OrderBy(sample => sample.Name)
            .Select(sample => new SampleLine(sample.Id, sample.Name, sample.CreatedAt, sample.CreatedBy)).ToListAsync(ct);
        return Sight.Of(by).IsClear ? lines : [.. lines.Select(Masked)];
    }

    /// <summary>Null: there is none, or it is not for this actor.</summary>
    public async Task<SampleContent?> FindAsync(Actor by, long id, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        if (by.Connections is not null || await context.Samples.SingleOrDefaultAsync(sample => sample.Id == id, ct) is not { } found)
        {
            return null;
        }

        var line = new SampleLine(found.Id, found.Name, found.CreatedAt, found.CreatedBy);
        return Sight.Of(by).IsClear
            ? new SampleContent(line, found.Call, false)
            : new SampleContent(Masked(line), JsonText.Pretty(PayloadMask.Json(found.Call, PayloadKind.Call)!), true);
    }

    public async Task<SampleOutcome> SaveAsync(Actor by, string name, string call)
    {
        by.DemandForAll(Permission.SaveSamples);   // everybody sees it
        name = name.Trim();
        if (Fault(name, call) is { } fault)
        {
            return fault;
        }

        call = JsonText.Without(call, "writeKey");
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var names = context.Samples.Select(sample => sample.Name).ToList();
            if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return new SampleOutcome(null, "name", $"There is a sample '{name}' already. Choose another name, or delete that one first.");
            }

            if (names.Count >= Most)
            {
                return new SampleOutcome(null, "name", $"There are {Most} samples already. Delete one that nobody needs.");
            }

            var sample = new SavedSample { Name = name, Call = call, CreatedAt = time.GetUtcNow(), CreatedBy = Lengths.Cut(by.Name, Lengths.Name)! };
            context.Samples.Add(sample);
            context.SaveChanges();
            log.Append(context, by, new Change(ChangeCatalog.SampleSaved, PublicId.Sample(sample.Id), name));
            context.SaveChanges();
            return new SampleOutcome(new SampleLine(sample.Id, sample.Name, sample.CreatedAt, sample.CreatedBy), null, null);
        });
        changes.Raise();
        return outcome;
    }

    /// <summary>False: there is no such sample.</summary>
    public async Task<bool> DeleteAsync(Actor by, long id)
    {
        by.DemandForAll(Permission.SaveSamples);
        var found = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.Samples.Find(id) is not { } sample)
            {
                return false;
            }

            context.Samples.Remove(sample);
            log.Append(context, by, new Change(ChangeCatalog.SampleDeleted, PublicId.Sample(id), sample.Name));
            context.SaveChanges();
            return true;
        });
        changes.Raise();
        return found;
    }

    private static SampleLine Masked(SampleLine line) => line with { Name = TextMask.Name(line.Name)! };

    private SampleOutcome? Fault(string name, string call)
    {
        if (name.Length is 0 or > Lengths.Name)
        {
            return new SampleOutcome(null, "name", $"Give the sample a name of at most {Lengths.Name} characters.");
        }

        var bytes = Encoding.UTF8.GetBytes(call);
        if (bytes.Length > limits.Value.MaxCallBytes)
        {
            return new SampleOutcome(null, "call", $"The call has {bytes.Length:N0} bytes; at most {limits.Value.MaxCallBytes:N0} can be received.");
        }

        try
        {
            return JsonTreeReader.Read(bytes).Tree is JsonTree.Map ? null : new SampleOutcome(null, "call", "A call is a JSON object.");
        }
        catch (JsonException)
        {
            return new SampleOutcome(null, "call", "The call is not JSON. Mend it first.");
        }
    }
}
