using System.Text;
using CsCheck;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Segment;

public sealed class RequestShapeTests
{
    [Fact]
    public void A_batch_is_cut_into_its_items_and_the_rest_of_the_envelope_is_kept()
    {
        const string Body = """{"sentAt":"2026-01-01T00:00:00Z","batch":[ {"type":"track"} , 7,"é"],"context":{"ip":"::1"},"writeKey":"KEY1","sequence":3}""";
        var bytes = Encoding.UTF8.GetBytes(Body);
        var shape = RequestShape.Read(bytes, BodyKind.Batch);

        Assert.Equal(ShapeFault.None, shape.Fault);
        Assert.Equal(["""{"type":"track"}""", "7", "\"é\""], shape.Items.Select(item => Encoding.UTF8.GetString(item.Of(bytes))));
        Assert.Equal([true, false, false], shape.Items.Select(item => item.IsObject));
        Assert.Equal("KEY1", shape.WriteKey);
        Assert.Equal("""{"context":{"ip":"::1"},"sentAt":"2026-01-01T00:00:00Z"}""", shape.Envelope);
    }

    [Theory]
    [InlineData("", ShapeFault.NotJson)]
    [InlineData("{", ShapeFault.NotJson)]
    [InlineData("{}x", ShapeFault.NotJson)]
    [InlineData("{\"batch\":[{}]}{}", ShapeFault.NotJson)]
    [InlineData("[]", ShapeFault.NotABatch)]
    [InlineData("{\"batch\":{}}", ShapeFault.NotABatch)]
    [InlineData("{\"batch\":[]}", ShapeFault.EmptyBatch)]
    [InlineData("{}", ShapeFault.EmptyBatch)]
    public void A_broken_batch_is_a_value_and_no_exception(string body, ShapeFault fault) =>
        Assert.Equal(fault, RequestShape.Read(Encoding.UTF8.GetBytes(body), BodyKind.Batch).Fault);

    [Fact]
    public void The_place_of_a_fault_is_told_by_line_and_byte()
    {
        var shape = RequestShape.Read("{\n  \"a\": x}"u8, BodyKind.Single);

        Assert.Equal((ShapeFault.NotJson, 2L, 8L), (shape.Fault, shape.FaultLine, shape.FaultByte));
    }

    [Theory]
    [InlineData(512, ShapeFault.None)]
    [InlineData(513, ShapeFault.TooDeep)]
    [InlineData(5_000, ShapeFault.TooDeep)]
    public void Nesting_is_allowed_to_512_levels(int levels, ShapeFault fault)
    {
        var body = Encoding.UTF8.GetBytes(new string('[', levels) + new string(']', levels));

        Assert.Equal(fault, RequestShape.Read(body, BodyKind.Single).Fault);
    }

    [Theory]
    [InlineData(BodyKind.Batch, "{\"batch\":[{},", ",{}]}")]
    [InlineData(BodyKind.Webhook, "[{},", ",{}]")]
    public void An_item_of_a_list_may_be_as_deep_as_it_likes_and_is_one_item(BodyKind kind, string before, string after)
    {
        var item = new string('[', 5_000) + new string(']', 5_000);

        var shape = RequestShape.Read(Encoding.UTF8.GetBytes(before + item + after), kind);

        Assert.Equal((ShapeFault.None, 3), (shape.Fault, shape.Items.Count));
        Assert.Equal((before.Length, item.Length), (shape.Items[1].Offset, shape.Items[1].Length));
    }

    [Fact]
    public void An_envelope_that_is_too_deep_spoils_every_call_of_it() =>
        Assert.Equal(
            ShapeFault.TooDeep,
            RequestShape.Read(
                Encoding.UTF8.GetBytes("{\"batch\":[{}],\"context\":{\"a\":" + new string('[', 600) + new string(']', 600) + "}}"), BodyKind.Batch).Fault);

    [Fact]
    public void Of_a_webhook_array_the_first_element_is_signed_as_its_raw_bytes()
    {
        var bytes = "[ {\"a\" : 1} ,{\"b\":2}]"u8.ToArray();
        var shape = RequestShape.Read(bytes, BodyKind.Webhook);

        Assert.Equal("{\"a\" : 1}", Encoding.UTF8.GetString(shape.Signed.Of(bytes)));
        Assert.Equal(2, shape.ItemCount);
    }

    [Fact]
    public void Of_a_single_webhook_the_whole_body_is_signed()
    {
        var bytes = " {\"a\":1}\n"u8.ToArray();
        var shape = RequestShape.Read(bytes, BodyKind.Webhook);

        Assert.Equal(bytes, shape.Signed.Of(bytes).ToArray());
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(Assert.Single(shape.Items).Of(bytes)));
    }

    [Fact]
    public void A_byte_order_mark_moves_the_slices_and_nothing_else()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. "{\"writeKey\":\"K\"}"u8];
        var shape = RequestShape.Read(bytes, BodyKind.Single);

        shape.OverwriteKeys(bytes);

        Assert.Equal("K", shape.WriteKey);
        Assert.Equal("{\"writeKey\":\"*\"}", Encoding.UTF8.GetString(Assert.Single(shape.Items).Of(bytes)));
    }

    [Fact]
    public void Items_beyond_the_limit_are_counted_and_not_kept()
    {
        var body = Encoding.UTF8.GetBytes("{\"batch\":[" + string.Join(',', Enumerable.Repeat("{}", 2_501)) + "]}");
        var shape = RequestShape.Read(body, BodyKind.Batch);

        Assert.Equal((2_501, 2_500), (shape.ItemCount, shape.Items.Count));
    }

    [Theory]
    [InlineData("""{"writeKey":"SECRET"}""", """{"writeKey":"******"}""")]
    [InlineData("""{"write\u004bey":"SE\u0043RET"}""", """{"write\u004bey":"***********"}""")]
    [InlineData("""{"writeKey":123.5e1}""", """{"writeKey":1111111}""")]
    [InlineData("""{"writeKey":["SECRET",{"a":"SECRET"}],"b":"c"}""", """{"writeKey":["******",{"a":"******"}],"b":"c"}""")]
    [InlineData("""{"a":{"b":[{"writeKey":"SECRET"}]},"writekey":"x"}""", """{"a":{"b":[{"writeKey":"******"}]},"writekey":"x"}""")]
    public void Every_write_key_is_overwritten_in_place(string body, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        RequestShape.Read(bytes, BodyKind.Single).OverwriteKeys(bytes);

        Assert.Equal(expected, Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void A_browser_batch_carries_its_key_inside_the_items_and_the_envelope_keeps_none()
    {
        var bytes = """{"batch":[{"writeKey":"K1"},{"writeKey":"K1"}],"context":{"writeKey":"K1"}}"""u8.ToArray();
        var shape = RequestShape.Read(bytes, BodyKind.Batch);
        shape.OverwriteKeys(bytes);

        Assert.Equal("K1", shape.WriteKey);
        Assert.DoesNotContain("K1", Encoding.UTF8.GetString(bytes) + shape.Envelope, StringComparison.Ordinal);
        Assert.Equal(shape.Items, RequestShape.Read(bytes, BodyKind.Batch).Items);
    }

    [Fact]
    public void No_bytes_make_it_throw() =>
        Bodies.Gen.Select(Gen.Enum<BodyKind>()).Sample((bytes, kind) =>
        {
            var shape = RequestShape.Read(bytes, kind);
            var length = bytes.Length;
            shape.OverwriteKeys(bytes);
            var again = RequestShape.Read(bytes, kind);
            Assert.Equal(length, bytes.Length);
            Assert.Equal((shape.Fault, shape.ItemCount), (again.Fault, again.ItemCount));
            Assert.Equal(shape.Items, again.Items);
            if (shape.Fault == ShapeFault.None)
            {
                Assert.DoesNotContain("SECRETKEY", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
            }
        }, iter: 3_000);
}

/// <summary>Bodies that are calls, and bodies that were calls until bytes in them were changed.</summary>
internal static class Bodies
{
    private static readonly string[] s_calls =
    [
        """{"type":"track","event":"Order Completed","userId":"u","messageId":"m","timestamp":"2026-01-31T12:00:00Z","properties":{"a":[1,2,{"b":null}]},"writeKey":"SECRETKEY"}""",
        """{"batch":[{"type":"identify","userId":7,"traits":{"n":"\ud800x"},"writeKey":"SECRETKEY"},[],null],"writeKey":"SECRETKEY","context":{"c":1e999}}""",
        """[{"type":"page","anonymousId":"a","name":"n","context":{"writeKey":"SECRETKEY"}},{"action":"track"}]""",
    ];

    public static readonly Gen<byte[]> Gen =
        CsCheck.Gen.Frequency(
            (1, CsCheck.Gen.Byte.Array[0, 200]),
            (1, CsCheck.Gen.Int[0, s_calls.Length - 1].Select(i => Encoding.UTF8.GetBytes(s_calls[i]))),
            (6, CsCheck.Gen.Select(
                CsCheck.Gen.Int[0, s_calls.Length - 1],
                CsCheck.Gen.Select(CsCheck.Gen.Int[0, 400], CsCheck.Gen.Byte).Array[1, 4],
                (i, changes) => Mutate(s_calls[i], changes))));

    private static byte[] Mutate(string call, (int At, byte To)[] changes)
    {
        var bytes = Encoding.UTF8.GetBytes(call);
        var key = call.IndexOf("SECRETKEY", StringComparison.Ordinal) is var found && found < 0 ? bytes.Length : found;
        foreach (var (at, to) in changes)
        {
            // Names of members stay: a renamed writeKey is no write key any more.
            var place = at % bytes.Length;
            var start = Math.Max(0, place - 14);
            var near = call.AsSpan(Math.Min(start, call.Length), Math.Min(28, call.Length - start));
            if (place < key && near.IndexOf("writeKey", StringComparison.Ordinal) < 0)
            {
                bytes[place] = to;
            }
        }

        return bytes;
    }
}
