using System.Text;
using CsCheck;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Segment;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Mapping;

/// <summary>Promise 4 of the design: every property of a call is mapped, kept as custom, or named in a note.</summary>
public sealed class NothingLostTests
{
    private const int Calls = 20_000;

    private const string Order = """
        {"type":"track","event":"Order Completed","userId":"u1","channel":"server",
         "properties":{"order_id":"1","total":"5","deep":{"a":[1,{"b":2}]},"products":[{"product_id":"p1","colour":"red"},null]},
         "context":{"ip":"203.0.113.9","traits":{"plan":"gold"},"library":{"name":"l"}}}
        """;

    [Fact]
    public void No_leaf_of_a_call_is_dropped_in_silence()
    {
        var mapped = 0;
        Gen.Select(CallGenerator.Call, CallGenerator.Options).Sample(
            (call, options) =>
            {
                if (EventMapper.Map(call, options) is MappingOutcome.Mapped outcome)
                {
                    Interlocked.Increment(ref mapped);
                    Assert.Empty(Leaves.Lost(call, outcome));
                    Assert.Empty(Leaves.Unexplained(outcome));
                    Assert.Equal(Keys(outcome.Call.Content), Keys(outcome.Call.Content).Distinct());
                }
            },
            iter: Calls * 2, threads: 2);

        // Some calls are filtered or name nobody; so many must really have been judged.
        Assert.InRange(mapped, Calls, Calls * 2);
    }

    [Fact]
    public void No_leaf_of_the_bytes_that_came_in_is_dropped_on_the_way_to_the_mapper()
    {
        var mapped = 0;
        var reading = new ReadingContext(new DateTimeOffset(2026, 1, 31, 12, 0, 5, TimeSpan.Zero), null, ClockHandling.Correct, null);
        Gen.Select(WireGenerator.Call, CallGenerator.Options).Sample(
            (json, options) =>
            {
                if (SegmentReader.Read(Encoding.UTF8.GetBytes(JsonTreeWriter.Write(json)), reading) is CallReading.Readable read
                    && EventMapper.Map(read.Call, options) is MappingOutcome.Mapped outcome)
                {
                    Interlocked.Increment(ref mapped);
                    Assert.Empty(Leaves.Lost(json, read.Notes, outcome));
                }
            },
            iter: Calls * 2, threads: 2);

        Assert.InRange(mapped, Calls, Calls * 2);
    }

    [Fact]
    public void The_judge_finds_every_leaf_that_is_taken_out_of_the_outgoing_call()
    {
        var call = Mapping.Calls.Call(Order);
        var outcome = Mapping.Calls.Map(Order);
        Assert.Empty(Leaves.Lost(call, outcome));

        Assert.Contains("$.properties.order_id", Leaves.Lost(call, Without(outcome, "properties")));
        Assert.Contains("$.properties.deep.a[1].b", Leaves.Lost(call, Without(outcome, "properties")));
        Assert.Contains("$.properties.products[0].colour", Leaves.Lost(call, Without(outcome, "properties")));
        Assert.Contains("$.context.ip", Leaves.Lost(call, Without(outcome, "context")));
        Assert.Contains("$.userId", Leaves.Lost(call, Without(outcome, "userProperties")));
    }

    [Fact]
    public void The_judge_finds_what_no_note_names()
    {
        var outcome = Mapping.Calls.Map(Order);

        var lost = Leaves.Lost(Mapping.Calls.Call(Order), outcome with { Notes = [] });

        Assert.Equal(["$.properties.products[1]", "$.context.traits.plan", "$.context.library.name", "$.channel"], lost);
    }

    [Fact]
    public void The_judge_finds_a_changed_value()
    {
        var outcome = Mapping.Calls.Map(Order);
        var other = Mapping.Calls.Map(Order.Replace("\"red\"", "\"blue\"", StringComparison.Ordinal));

        Assert.Equal(["$.properties.products[0].colour"], Leaves.Lost(Mapping.Calls.Call(Order), outcome with { Call = other.Call }));
    }

    [Fact]
    public void The_judge_finds_a_field_without_provenance()
    {
        var outcome = Mapping.Calls.Map(Order);

        Assert.Contains("$.properties.items[0].id", Leaves.Unexplained(outcome with { Provenance = [.. outcome.Provenance.Where(field => !field.Target.Contains("items", StringComparison.Ordinal))] }));
    }

    private static MappingOutcome.Mapped Without(MappingOutcome.Mapped outcome, string key) =>
        outcome with { Call = new RichpanelCall(new JsonTree.Map([.. outcome.Call.Content.Members.Where(member => member.Key != key)])) };

    private static IEnumerable<string> Keys(JsonTree.Map content) =>
        content.Members.SelectMany(member => member.Value is JsonTree.Map map ? map.Members.Select(inner => $"{member.Key}.{inner.Key}") : [member.Key]);
}
