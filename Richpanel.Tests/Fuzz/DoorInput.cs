using System.IO.Compression;
using System.Text;
using Richpanel.Core.Segment;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Fuzz;

/// <summary>One request somebody might send to the door.</summary>
/// <param name="Route">Method and path.</param>
/// <param name="User">Basic user name; null = no header.</param>
internal sealed record DoorInput(HttpMethod Method, string Route, byte[] Body, string? User, IReadOnlyList<(string Name, string Value)> Headers);

/// <summary>Makes inputs from a seed: valid calls, mutated ones, and bytes that were never a call; on every route.</summary>
/// <param name="plain">A source that asks for nothing but its key.</param>
/// <param name="signed">Has a webhook secret.</param>
/// <param name="demanding">Has one, and takes nothing unsigned on any route.</param>
internal sealed class DoorInputs(int seed, TestSource plain, TestSource signed, TestSource demanding)
{
    public const string ApiSecret = "secret-of-the-shop";
    public const string WebhookSecret = "webhook-secret-of-the-fuzz";

    private static readonly string[] s_pixels = ["track", "identify", "page", "screen", "group", "alias", "track", "image", ""];

    private static readonly HttpMethod[] s_others =
        [HttpMethod.Get, HttpMethod.Put, HttpMethod.Options, HttpMethod.Delete, HttpMethod.Patch, new("PROPFIND"), new("NOTHING")];

    private static readonly string[] s_posts =
    [
        "/v1/track", "/v1/t", "/v1/identify", "/v1/i", "/v1/page", "/v1/p", "/v1/screen", "/v1/s", "/v1/group", "/v1/g", "/v1/alias", "/v1/a",
        "/v1/batch", "/v1/b", "/v1/import", "/v1/m", "/v1/nothing", "/v1/", "/v1", "/segment", "/webhooks", "/webhooks/unknown", "/segment/unknown",
        "/v1/track/", "/v1//track", "/v1/pixel/track", "/v1/projects/x/settings", "/v1/tr%61ck", "/webhooks/a/b",
    ];

    private static readonly string[] s_tokens =
    [
        "null", "true", "[]", "{}", "\"\"", "0", "-0", "1e999", "1e-999", "123456789012345678901234567890", "\"\\ud800\"", "\"\\u0000\"", "\"漢字 Ünï 🙂\"",
        "{\"a\":{\"a\":{\"a\":[[[[1]]]]}}}", "\"2026-13-45T99:99:99Z\"", "\"Order Completed\"", "17", "\"u\"", "[null,{},\"x\",1]", "{\"writeKey\":\"k\"}", "'x'", "NaN",
        "\"" + "a\\u0301" + "\"", "{\"__proto__\":1,\"constructor\":2}", "1.0000000000000000000001",
    ];

    private static readonly string[] s_members =
    [
        "type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "originalTimestamp", "receivedAt", "properties", "traits", "context", "integrations",
        "batch", "writeKey", "name", "category", "action", "user_id", "sessionId", "options", "_metadata", "",
        "\\ud800", "writeKe\\ud800", "batc\\udc00",
    ];

    private static readonly string[] s_types = ["track", "identify", "page", "screen", "group", "alias", "delete", "Track", "what", ""];

    private readonly Random _random = new(seed);

    public DoorInput Next() => _random.Next(100) switch
    {
        < 6 => new DoorInput(Pick(s_others), _random.Next(3) == 0 ? Pixel() : Path(), [], plain.WriteKey, []),
        < 14 => new DoorInput(HttpMethod.Get, Pixel(), [], _random.Next(3) == 0 ? plain.WriteKey : null, []),
        < 19 => new DoorInput(HttpMethod.Get, $"/v1/projects/{Pick([plain.WriteKey, signed.WriteKey, "unknown-key"])}/settings", [], null, []),
        < 27 => Partner(),
        < 40 => Signed(),
        _ => Any(),
    };

    /// <summary>As Segment's cloud posts to a partner: key and secret of the connection, or one of them wrong.</summary>
    private DoorInput Partner()
    {
        var secret = Pick([ApiSecret, ApiSecret, ApiSecret, "another-secret"]);
        var settings = _random.Next(12) == 0 ? Text(20) : Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"apiSecret":"{{secret}}"}"""));
        return new DoorInput(HttpMethod.Post, "/segment", Body(), _random.Next(8) == 0 ? "unknown-key" : plain.ApiKey, [("X-Segment-Settings", settings)]);
    }

    /// <summary>To a source with a webhook secret: signed over the whole body or its first call, signed with another secret, over other bytes, or not.</summary>
    private DoorInput Signed()
    {
        var source = _random.Next(2) == 0 ? signed : demanding;
        var (body, first) = (Small(), (byte[]?)null);
        if (_random.Next(4) == 0)
        {
            first = body;
            body = [.. "["u8, .. body, .. ","u8, .. Small(), .. "]"u8];
        }
        else if (_random.Next(4) == 0)
        {
            body = Body();
        }

        var route = _random.Next(4) switch { 0 => "/segment/" + source.PublicId, 1 => Pick(["/v1/track", "/v1/batch", "/v1/identify"]), _ => "/webhooks/" + source.PublicId };
        string? signature = _random.Next(6) switch
        {
            < 3 => Of(first ?? body, WebhookSecret),
            3 => Of(body, WebhookSecret),
            4 => Pick([Of(body, "another-secret"), Of([.. body, 0x20], WebhookSecret), "x"]),
            _ => null,
        };
        List<(string, string)> headers = signature is null ? [] : [("X-Signature", signature)];
        if (_random.Next(5) == 0)
        {
            body = Gzip(body);   // what is signed is what it unpacks to
            headers.Add(("Content-Encoding", "gzip"));
        }

        return new DoorInput(HttpMethod.Post, route, body, source.WriteKey, headers);

        static string Of(byte[] bytes, string secret) => WebhookSignature.Of(bytes, Encoding.UTF8.GetBytes(secret));
    }

    /// <summary>An image of a mail, its key in the data, in the address or nowhere.</summary>
    private string Pixel()
    {
        var data = Small();
        if (_random.Next(3) == 0)
        {
            data = [.. Encoding.UTF8.GetBytes($"{{\"writeKey\":\"{plain.WriteKey}\""), .. data.Length > 2 ? ","u8 : [], .. data.AsSpan(1)];
        }

        var query = "data=" + Uri.EscapeDataString(Convert.ToBase64String(_random.Next(4) == 0 ? Mutated(data) : data));
        return $"/v1/pixel/{Pick(s_pixels)}?{(_random.Next(5) == 0 ? "event=Opened&userId=u1&properties.subject=x" : query)}{(_random.Next(2) == 0 ? $"&writeKey={plain.WriteKey}" : "")}";
    }

    private DoorInput Any()
    {
        var headers = new List<(string, string)>();
        var user = _random.Next(10) switch { < 7 => plain.WriteKey, 7 => null, 8 => "unknown-key", _ => Text(_random.Next(300)) };
        var body = Body();
        if (_random.Next(8) == 0)
        {
            body = Gzip(body);
            headers.Add(("Content-Encoding", "gzip"));
            body = _random.Next(3) == 0 ? Mutated(body) : body;
        }
        else if (_random.Next(30) == 0)
        {
            headers.Add(("Content-Encoding", Pick(["gzip", "br", "identity", "x-gzip", "gzip, gzip", "é"])));
        }

        if (_random.Next(6) == 0)
        {
            headers.Add((Pick(["X-Signature", "X-Segment-Settings", "Origin", "Content-Type", "Authorization"]), Pick(["x", "Bearer y", "Basic !!!", Convert.ToBase64String(Bytes(40)), "null", "text/xml"])));
        }

        return new DoorInput(HttpMethod.Post, Path(), body, user, headers);
    }

    private string Path() => _random.Next(12) switch
    {
        0 => "/webhooks/" + plain.PublicId,
        1 => "/segment/" + plain.PublicId,
        2 => "/v1/pixel/track?data=" + Uri.EscapeDataString(Convert.ToBase64String(_random.Next(4) == 0 ? Mutated(Small()) : Small())),
        3 => "/v1/batch",
        _ => Pick(s_posts),
    };

    private byte[] Small() => Encoding.UTF8.GetBytes(Call());

    private byte[] Body() => _random.Next(10) switch
    {
        < 4 => Encoding.UTF8.GetBytes(Call()),
        < 6 => Encoding.UTF8.GetBytes($$"""{"batch":[{{string.Join(',', Enumerable.Range(0, _random.Next(8)).Select(_ => _random.Next(6) == 0 ? Pick(s_tokens) : Call()))}}],"sentAt":{{Value(1)}},"context":{{Value(1)}}}"""),
        6 => Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, _random.Next(5)).Select(_ => Call()))}]"),
        7 => Bytes(_random.Next(400)),
        8 => Encoding.UTF8.GetBytes(Pick(s_tokens)),
        _ => Mutated(Encoding.UTF8.GetBytes(Call())),
    };

    private string Call()
    {
        var members = new List<string>();
        if (_random.Next(12) != 0)
        {
            members.Add($"\"type\":\"{Pick(s_types)}\"");
        }

        if (_random.Next(8) != 0)
        {
            members.Add($"\"userId\":\"u{_random.Next(50)}\"");
        }

        if (_random.Next(4) != 0)
        {
            members.Add($"\"event\":\"{Pick(["Order Completed", "Product Added", "Song Played", "Order Refunded", "Products Searched"])}\"");
        }

        for (var i = _random.Next(6); i > 0; i--)
        {
            members.Add($"\"{Pick(s_members)}\":{Value(0)}");
        }

        return "{" + string.Join(',', members.OrderBy(_ => _random.Next())) + "}";
    }

    private string Value(int depth) => _random.Next(4) switch
    {
        0 when depth < 4 => "{" + string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => $"\"{Pick(s_members)}\":{Value(depth + 1)}")) + "}",
        1 when depth < 4 => "[" + string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth + 1))) + "]",
        2 when _random.Next(40) == 0 => new string('[', 700) + new string(']', 700),
        _ => Pick(s_tokens),
    };

    /// <summary>A few bytes flipped, cut out, doubled or put in.</summary>
    private byte[] Mutated(byte[] body)
    {
        var bytes = new List<byte>(body);
        for (var i = _random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(_random.Next(1, 10), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(_random.Next(1, 20), bytes.Count - at)));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(s_tokens)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string Text(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)_random.Next(' ', 0x250)));

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
