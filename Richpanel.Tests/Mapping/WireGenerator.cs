using CsCheck;
using Richpanel.Core.Json;

namespace Richpanel.Tests.Mapping;

/// <summary>Whole calls as they come over the wire: the generated members, and ids, times and spellings the reader has to sort out.</summary>
internal static class WireGenerator
{
    private static readonly Gen<JsonTree?> s_id = Gen.Frequency<JsonTree?>(
        (5, Gen.Int[0, 99].Select(n => (JsonTree?)new JsonTree.Text($"id-{n}"))),
        (2, Gen.Int[0, 99].Select(n => (JsonTree?)new JsonTree.Number($"{n}"))),
        (1, Gen.Const((JsonTree?)null)));

    private static readonly Gen<JsonTree?> s_time = Gen.Frequency<JsonTree?>(
        (4, Gen.Int[1, 28].Select(day => (JsonTree?)new JsonTree.Text($"2026-01-{day:00}T10:00:00.000Z"))),
        (1, Gen.Int[1, 28].Select(day => (JsonTree?)new JsonTree.Text($"2026-01-{day:00}T10:00:00"))),
        (1, Gen.Int[0, 9999].Select(n => (JsonTree?)new JsonTree.Number($"17690000{n:00000}"))),
        (1, Gen.Const((JsonTree?)new JsonTree.Text("yesterday"))),
        (3, Gen.Const((JsonTree?)null)));

    public static Gen<JsonTree.Map> Call { get; } = Gen.Select(
        CallGenerator.Call,
        Gen.Select(s_id, s_id, s_id, s_id, s_id),
        Gen.Select(s_time, s_time, s_time),
        Gen.Bool,
        (call, ids, times, both) =>
        {
            (string Key, JsonTree? Value)[] members =
            [
                ("type", new JsonTree.Text(call.Type.ToString().ToLowerInvariant())),
                ("userId", ids.Item1), ("user_id", both ? ids.Item2 : null), ("anonymousId", ids.Item3), ("anonymous_id", both ? ids.Item4 : null),
                ("messageId", ids.Item5), ("event", Text(call.Event)), ("name", Text(call.Name)), ("category", Text(call.Category)),
                ("properties", call.Properties), ("traits", call.Traits), ("context", call.Context), ("integrations", call.Integrations),
                ("timestamp", times.Item1), ("originalTimestamp", times.Item2), ("sentAt", times.Item3),
            ];
            var given = members.Where(member => member.Value is not null).Select(member => KeyValuePair.Create(member.Key, member.Value!)).ToList();
            return new JsonTree.Map([.. given, .. call.Rest.Members.Where(member => given.TrueForAll(other => other.Key != member.Key))]);
        });

    private static JsonTree.Text? Text(string? value) => value is null ? null : new JsonTree.Text(value);
}
