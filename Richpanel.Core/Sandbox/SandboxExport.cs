using System.Text;
using System.Text.Json;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Sandbox;

/// <summary>
/// All that the sandbox remembers as one JSON document <c>{exportedAt, masked, scenario, requests, customers, visitors, sessions, events}</c>,
/// newest first, written piece by piece; masked for whoever may not see personal data.
/// </summary>
public sealed class SandboxExport(SandboxQueries queries, SandboxScenarios scenarios, ConnectionDirectory directory, ChangeWriting log, TimeProvider time)
{
    private const int Piece = 200;

    /// <exception cref="ForbiddenException">The role has not the right, or this actor is limited to other connections.</exception>
    public async Task WriteAsync(Actor by, Stream to, CancellationToken ct)
    {
        var sandbox = directory.Connections.FirstOrDefault(connection => connection.IsSandbox);
        if (sandbox is null)
        {
            by.DemandForAll(Permission.Read);
        }
        else
        {
            by.Demand(Permission.Read, sandbox);
        }

        var line = new Change(ChangeCatalog.SandboxExported);
        await log.WriteAsync(by, sandbox is null ? line : line with { ObjectId = PublicId.Connection(sandbox.Id), ObjectName = sandbox.Name });
        var sight = Sight.Of(by);
        await using var json = new Utf8JsonWriter(to);
        json.WriteStartObject();
        json.WriteString("exportedAt", time.GetUtcNow());
        json.WriteBoolean("masked", !sight.IsClear);
        WriteScenario(json, scenarios.Now.Scenario);
        await WriteAsync(json, "requests", before => RequestsAsync(sight, before, ct), one => one.Request.Id, Write, ct);
        await WriteAsync(json, "customers", before => queries.CustomersAsync(sight, null, before, Piece, ct), one => one.Id, Write, ct);
        await WriteAsync(json, "visitors", before => queries.VisitorsAsync(sight, null, before, Piece, ct), one => one.Id, Write, ct);
        await WriteAsync(json, "sessions", before => queries.SessionsAsync(sight, null, null, before, Piece, ct), one => one.Id, Write, ct);
        await WriteAsync(json, "events", before => queries.TimelineAsync(sight, new SandboxWhose(null, null, null, ""), before, Piece, ct), one => one.Id, Write, ct);
        json.WriteEndObject();
        await json.FlushAsync(ct);
    }

    /// <summary>Piece by piece: the serializer would flush the writer, which a server lets nobody do while it waits.</summary>
    private static void WriteScenario(Utf8JsonWriter json, SandboxScenario scenario)
    {
        json.WriteStartObject("scenario");
        json.WriteNumber("seed", scenario.Seed);
        json.WriteStartArray("steps");
        foreach (var step in scenario.Steps)
        {
            json.WriteRawValue(SandboxAnswer.Write(step), skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task<IReadOnlyList<SandboxRequestDetail>> RequestsAsync(Sight sight, long? before, CancellationToken ct)
    {
        var details = new List<SandboxRequestDetail>();
        foreach (var row in await queries.RequestsAsync(sight, before, Piece, ct))
        {
            if (await queries.RequestAsync(sight, row.Id, ct) is { } detail)
            {
                details.Add(detail);
            }
        }

        return details;
    }

    private static async Task WriteAsync<T>(
        Utf8JsonWriter json, string name, Func<long?, Task<IReadOnlyList<T>>> read, Func<T, long> id, Action<Utf8JsonWriter, T> write, CancellationToken ct)
    {
        json.WriteStartArray(name);
        long? before = null;
        while (await read(before) is { Count: > 0 } piece)
        {
            foreach (var one in piece)
            {
                write(json, one);
            }

            before = id(piece[^1]);
            await json.FlushAsync(ct);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, SandboxRequestDetail detail)
    {
        var request = detail.Request;
        json.WriteStartObject();
        json.WriteNumber("id", request.Id);
        json.WriteString("at", request.At);
        json.WriteString("method", request.Method);
        json.WriteString("path", request.Path);
        json.WriteString("headers", request.Headers);
        json.WriteString("body", Encoding.UTF8.GetString(request.Body));
        json.WriteNumber("status", request.Status);
        WriteNumber(json, "tookMs", request.TookMs);
        json.WriteBoolean("senderLeft", request.SenderLeft);
        WriteNumber(json, "scenarioStep", request.StepNumber);
        json.WriteBoolean("keepsContract", request.KeepsContract);
        json.WriteBoolean("taken", request.Taken);
        WriteRaw(json, "findings", request.Findings);
        json.WriteStartArray("calls");
        foreach (var call in detail.Calls)
        {
            json.WriteRawValue(JsonTreeWriter.Write(call), skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SandboxCustomer customer)
    {
        json.WriteStartObject();
        json.WriteString("uid", customer.Uid);
        json.WriteString("email", customer.Email);
        json.WriteString("name", customer.Name);
        WriteRaw(json, "properties", customer.Properties);
        json.WriteString("createdAt", customer.CreatedAt);
        json.WriteString("updatedAt", customer.UpdatedAt);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SandboxVisitor visitor)
    {
        json.WriteStartObject();
        json.WriteString("did", visitor.Did);
        json.WriteString("uid", visitor.Uid);
        json.WriteString("firstSeen", visitor.FirstSeen);
        json.WriteString("lastSeen", visitor.LastSeen);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SandboxSession session)
    {
        json.WriteStartObject();
        json.WriteNumber("id", session.Id);
        json.WriteString("owner", session.Owner);
        json.WriteString("sid", session.Sid);
        json.WriteBoolean("assumed", session.Assumed);
        json.WriteString("startedAt", session.StartedAt);
        json.WriteString("lastAt", session.LastAt);
        json.WriteNumber("events", session.Events);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SandboxEvent one)
    {
        json.WriteStartObject();
        json.WriteNumber("id", one.Id);
        json.WriteNumber("requestId", one.RequestId);
        json.WriteString("eventId", one.EventId);
        json.WriteString("event", one.Name);
        json.WriteString("uid", one.Uid);
        json.WriteString("did", one.Did);
        WriteNumber(json, "sessionId", one.SessionId);
        json.WriteString("occurredAt", one.OccurredAt);
        json.WriteString("arrivedAt", one.ArrivedAt);
        json.WriteBoolean("repeat", one.Repeat);
        WriteRaw(json, "call", one.Call);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        json.WritePropertyName(name);
        if (value is { } number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>JSON that the product itself wrote.</summary>
    private static void WriteRaw(Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }
}
