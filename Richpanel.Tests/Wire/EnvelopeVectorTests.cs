using System.Text;
using System.Text.Json;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>
/// The vectors were computed outside the product. For one call, with openssl:
/// <code>
/// B=$(printf '%s' '{"appClientId":"KEY-1234","event":"\u6f22\u5b57 \u00dcn\u00ef \ud83d\ude42","time":{"originalTimestamp":1700000000000,"sentAt":1700000001000},"userProperties":{"uid":"u1"}}' | openssl base64 -A)
/// printf '%s%s' "$B" 's3cr3t-Ünï' | openssl dgst -sha256 -r     # and -md5
/// </code>
/// and again with Node, which agreed, and for the batch:
/// <code>
/// const ascii = s => s.replace(/[^ -~]/g, u => "\\u" + u.charCodeAt(0).toString(16).padStart(4, "0"));
/// const b = Buffer.from(ascii(JSON.stringify(call))).toString("base64");   // top-level keys sorted
/// crypto.createHash("sha256").update(b + "s3cr3t-Ünï", "utf8").digest("hex");
/// </code>
/// </summary>
public sealed class EnvelopeVectorTests
{
    private const string Key = "KEY-1234";
    private const string Secret = "s3cr3t-Ünï";

    private const string SingleContent =
        "eyJhcHBDbGllbnRJZCI6IktFWS0xMjM0IiwiZXZlbnQiOiJcdTZmMjJcdTViNTcgXHUwMGRjblx1MDBlZiBcdWQ4M2RcdWRlNDIiLCJ0aW1lIjp7Im9yaWdpbmFsVGltZXN0YW1wIjoxNzAwMDAwMDAwMDAwLCJzZW50QXQiOjE3MDAwMDAwMDEwMDB9LCJ1c2VyUHJvcGVydGllcyI6eyJ1aWQiOiJ1MSJ9fQ==";

    private const string BatchContent =
        "eyJhcHBDbGllbnRJZCI6IktFWS0xMjM0IiwiZXZlbnQiOiJzZW5kX2JhdGNoIiwiZXZlbnRzIjpbeyJhcHBDbGllbnRJZCI6IktFWS0xMjM0IiwiZXZlbnQiOiJcdTZmMjJcdTViNTcgXHUwMGRjblx1MDBlZiBcdWQ4M2RcdWRlNDIiLCJwbGF0Zm9ybSI6InNlZ21lbnQiLCJ0aW1lIjp7Im9yaWdpbmFsVGltZXN0YW1wIjoxNzAwMDAwMDAwMDAwLCJzZW50QXQiOjE3MDAwMDAwMDEwMDB9LCJ1c2VyUHJvcGVydGllcyI6eyJ1aWQiOiJ1MSJ9LCJ2ZXJzaW9uIjoiMSJ9XSwicGxhdGZvcm0iOiJzZWdtZW50IiwidmVyc2lvbiI6IjEifQ==";

    private static readonly DateTimeOffset s_sentAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_001_000);

    [Theory]
    [InlineData(SignatureHash.Sha256, "7f9c3215d87b86f30122364a795aefbfab51dee4ef34414ea47aa2dc7f6fb27d")]
    [InlineData(SignatureHash.Md5, "fbe7450769d5f19651cff297a9491f17")]
    public void One_call_is_signed_as_openssl_and_node_sign_it(SignatureHash hash, string signature)
    {
        var request = RichpanelEnvelope.Single(Call(), Key, Secret, hash, s_sentAt);

        Assert.Equal("/t", request.Path);
        Assert.Equal($$"""{"h":"{{SingleContent}}","s":"{{signature}}","event_type":"track"}""", Encoding.ASCII.GetString(request.Body));
    }

    [Theory]
    [InlineData(SignatureHash.Sha256, "48a8eb120262f2cade72ea2170bdc10c44554fdecc49b8560ca9d76a45f1ac6a")]
    [InlineData(SignatureHash.Md5, "46cab95cb19f50807de2e52f38601e29")]
    public void A_batch_is_signed_as_node_signs_it(SignatureHash hash, string signature)
    {
        var call = new RichpanelCall(new JsonTree.Map(
            [.. Call().Content.Members, new("version", new JsonTree.Text("1")), new("platform", new JsonTree.Text("segment"))]));

        var request = RichpanelEnvelope.Batch([call], Key, Secret, hash, s_sentAt);

        Assert.Equal("/bt", request.Path);
        Assert.Equal($$"""{"hs":"{{BatchContent}}","s":"{{signature}}","event_type":"send_batch"}""", Encoding.ASCII.GetString(request.Body));
    }

    [Fact]
    public void Without_a_secret_the_call_goes_out_alone() =>
        Assert.Equal(
            $$"""{"h":"{{SingleContent}}"}""",
            Encoding.ASCII.GetString(RichpanelEnvelope.Single(Call(), Key, null, SignatureHash.Sha256, s_sentAt).Body));

    [Fact]
    public void A_preview_is_the_same_request_with_a_placeholder_for_the_signature()
    {
        var shown = JsonDocument.Parse(RichpanelEnvelope.PreviewSingle(Call(), Key, signed: true, s_sentAt).Body).RootElement;

        Assert.Equal(SingleContent, shown.GetProperty("h").GetString());
        Assert.Equal(RichpanelEnvelope.SignaturePlaceholder, shown.GetProperty("s").GetString());
        Assert.Equal(
            $$"""{"h":"{{SingleContent}}"}""", Encoding.ASCII.GetString(RichpanelEnvelope.PreviewSingle(Call(), Key, signed: false, s_sentAt).Body));
    }

    [Fact]
    public void What_a_call_says_about_key_and_sending_time_is_overruled()
    {
        var call = new RichpanelCall(Read("""{"appClientId":"another","time":{"sentAt":1,"originalTimestamp":2}}"""));

        Assert.Equal(
            """{"appClientId":"KEY-1234","time":{"originalTimestamp":2,"sentAt":1700000001000}}""",
            JsonTreeWriter.Write(RichpanelEnvelope.Complete(call, Key, s_sentAt)));
    }

    [Fact]
    public void Keys_are_sorted_by_their_characters_and_not_by_any_language() =>
        Assert.Equal(
            """{"B":1,"_":2,"a":3,"appClientId":"KEY-1234","time":{"sentAt":1700000001000}}""",
            JsonTreeWriter.Write(RichpanelEnvelope.Complete(new RichpanelCall(Read("""{"a":3,"_":2,"B":1}""")), Key, s_sentAt)));

    private static RichpanelCall Call() => new(Read(
        """{"userProperties":{"uid":"u1"},"event":"漢字 Ünï 🙂","time":{"originalTimestamp":1700000000000}}"""));

    private static JsonTree.Map Read(string json) => (JsonTree.Map)JsonTreeReader.Read(Encoding.UTF8.GetBytes(json)).Tree;
}
