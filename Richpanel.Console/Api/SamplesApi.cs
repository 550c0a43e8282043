using System.Text.Json;
using System.Text.Json.Serialization;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Api;

/// <summary>A sample to save for everybody.</summary>
public sealed record SampleWish(string? Name = null, JsonElement? Call = null);

/// <summary>A call to start from: a template of the product, or one that somebody saved (group <c>Saved</c>, id <c>smp_…</c>), masked for whoever may not see personal data.</summary>
public sealed record SampleShape(
    string Id, string Group, string Name, JsonElement? Call,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SavedBy = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? SavedAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Masked = false)
{
    public static SampleShape Of(Sample sample, DateTimeOffset now) =>
        new(sample.Id, sample.Group, sample.Name, JsonElement.Parse(sample.Fill(Guid.NewGuid().ToString(), now)));

    /// <param name="content">Null in lists: <c>GET /samples/{sample}</c> gives the call.</param>
    public static SampleShape Of(SampleLine line, SampleContent? content = null) => new(
        PublicId.Sample(line.Id), "Saved", line.Name, content is null ? null : DeepJson.Parse(content.Call), line.CreatedBy, line.CreatedAt, content?.IsMasked == true);
}

internal static class SamplesApi
{
    public static void MapSamples(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/samples").WithTags("Lab").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/", ListAsync);
        read.MapGet("/{sample}", FindAsync);
        var save = api.MapGroup("/samples").WithTags("Lab").RequireAuthorization(nameof(Permission.SaveSamples));
        save.MapPost("/", SaveAsync);
        save.MapDelete("/{sample}", async (string sample, HttpContext http, SampleStore store) =>
            PublicId.Parse(sample, "smp") is { } id && await store.DeleteAsync(Caller.Of(http), id) ? Results.NoContent() : ApiProblems.NotFound(NoSample(sample)));
    }

    /// <summary>Templates with their calls, then the saved ones.</summary>
    private static async Task<IEnumerable<SampleShape>> ListAsync(HttpContext http, SampleStore store, TimeProvider time, CancellationToken ct)
    {
        var saved = await store.ListAsync(Caller.Of(http), ct);
        return SampleCatalog.All.Select(sample => SampleShape.Of(sample, time.GetUtcNow())).Concat(saved.Select(line => SampleShape.Of(line)));
    }

    private static async Task<IResult> FindAsync(string sample, HttpContext http, SampleStore store, TimeProvider time, CancellationToken ct) =>
        SampleCatalog.Find(sample) is { } template ? TypedResults.Ok(SampleShape.Of(template, time.GetUtcNow()))
        : PublicId.Parse(sample, "smp") is { } id && await store.FindAsync(Caller.Of(http), id, ct) is { } content ? TypedResults.Ok(SampleShape.Of(content.Line, content))
        : ApiProblems.NotFound(NoSample(sample));

    private static async Task<IResult> SaveAsync(SampleWish wish, HttpContext http, SampleStore store)
    {
        if (wish.Call is not { } call)
        {
            return ApiProblems.BadRequest("call: give the Segment call as a JSON object.");
        }

        var outcome = await store.SaveAsync(Caller.Of(http), wish.Name ?? "", call.GetRawText());
        return outcome.Saved is { } saved
            ? TypedResults.Created($"/api/v1/samples/{PublicId.Sample(saved.Id)}", SampleShape.Of(saved))
            : ApiProblems.Invalid([new Core.Connections.FieldFault(outcome.Field!, outcome.Fault!)]);
    }

    private static string NoSample(string sample) => $"There is no sample '{sample}'. GET /api/v1/samples lists them.";
}
