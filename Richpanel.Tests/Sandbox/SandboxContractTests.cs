using System.Security.Cryptography;
using System.Text;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Wire;
using Richpanel.Tests.Mapping;

namespace Richpanel.Tests.Sandbox;

/// <summary>One request that keeps every rule, and one broken rule per test. Payloads are made here, not with the product's envelope.</summary>
public sealed class SandboxContractTests
{
    private const string Good =
        """{"appClientId":"key-1","context":{},"did":"d1","event":"order","eventId":"m1","platform":"segment","properties":{},"time":{"originalTimestamp":1700000000000,"sentAt":1700000001000},"userProperties":{"uid":"u1"},"version":"1"}""";

    private static readonly ContractKeys s_keys = new("key-1", "secret-1", SignatureHash.Sha256);

    [Fact]
    public void A_good_call_keeps_every_rule()
    {
        var report = Single(Good);

        Assert.True(report.KeepsContract, string.Join(' ', report.Findings.Where(f => !f.Passed).Select(f => f.Rule)));
        Assert.Single(report.Calls);
    }

    [Fact]
    public void A_good_batch_keeps_every_rule()
    {
        var payload = Base64($$"""{"appClientId":"key-1","event":"send_batch","events":[{{Good}},{{Good}}],"platform":"segment","version":"1"}""");

        var report = Check("/v2/bt", $$"""{"hs":"{{payload}}","s":"{{Sign(payload)}}","event_type":"send_batch"}""");

        Assert.True(report.KeepsContract, string.Join(' ', report.Findings.Where(f => !f.Passed).Select(f => f.Rule)));
        Assert.Equal(2, report.Calls.Count);
    }

    [Theory]
    [InlineData("key", "\"key-1\"", "\"key-2\"")]
    [InlineData("event", "\"event\":\"order\"", "\"event\":\"\"")]
    [InlineData("sent_at", "1700000001000", "1700000001")]
    [InlineData("original_timestamp", "1700000000000", "\"2026-11-24\"")]
    [InlineData("key_order", "{\"appClientId\":\"key-1\",", "{\"zzz\":1,\"appClientId\":\"key-1\",")]
    [InlineData("activity_user", "{\"uid\":\"u1\"}", "{\"uid\":\"u1\",\"email\":\"a@example.com\",\"plan\":\"gold\"}")]
    [InlineData("session_id", "\"version\"", "\"sid\":\"\",\"version\"")]
    [InlineData("session_id", "\"version\"", "\"sid\":7,\"version\"")]
    [InlineData("ascii", "\"order\"", "\"ördér\"")]
    public void A_broken_rule_is_named(string rule, string part, string broken) =>
        Assert.False(Single(Good.Replace(part, broken, StringComparison.Ordinal)).Passed(rule));

    [Theory]
    [InlineData("{\"uid\":\"u1\"}", "{\"uid\":\"u1\",\"email\":\"a@example.com\"}")]
    [InlineData("\"order\"", "\"identify\"")]
    [InlineData("\"version\"", "\"sid\":\"s1\",\"version\"")]
    public void What_a_call_may_say_besides_breaks_no_rule(string part, string also)
    {
        var report = Single(Good.Replace(part, also, StringComparison.Ordinal));

        Assert.True(report.Findings.Where(finding => finding.Rule != "key_order").All(finding => finding.Passed));
    }

    /// <summary>Sender and receiving side are written apart from each other; here they meet, over every fixture of the mapper.</summary>
    [Fact]
    public void Whatever_the_mapper_makes_keeps_every_rule_but_an_order_of_nobody()
    {
        var seen = 0;
        foreach (var (file, item) in MappingFixtures.Cases)
        {
            var given = (JsonTree.Map)item["call"]!;
            var basis = Calls.Json("""{"type":"track","userId":"u1"}""").Members.Where(member => given[member.Key] is null);
            var mapped = (MappingOutcome.Mapped)EventMapper.Map(
                Calls.Call(new JsonTree.Map([.. basis, .. given.Members])), Calls.Options(item["options"] as JsonTree.Map));

            var sent = RichpanelEnvelope.Single(mapped.Call, "key-1", "secret-1", SignatureHash.Sha256, DateTimeOffset.FromUnixTimeMilliseconds(1_769_860_801_000));
            var report = SandboxContract.Check("/v2" + sent.Path, "application/json; charset=utf-8", sent.Body, s_keys);

            var isOrderOfNobody = mapped.Notes.Any(note => note.Code == "order_without_customer");
            var broken = report.Findings.Where(finding => !finding.Passed && !(isOrderOfNobody && finding.Rule == "somebody")).Select(finding => finding.Rule);
            Assert.True(!broken.Any(), $"{file}: {JsonTreeWriter.Write(given)} breaks {string.Join(", ", broken)}");
            seen++;
        }

        Assert.InRange(seen, 50, int.MaxValue);
    }

    [Fact]
    public void A_call_about_nobody_is_named() =>
        Assert.False(Single(Good.Replace("\"did\":\"d1\",", "", StringComparison.Ordinal).Replace("\"uid\":\"u1\"", "", StringComparison.Ordinal)).Passed("somebody"));

    [Fact]
    public void A_wrong_signature_is_named()
    {
        var payload = Base64(Good);

        Assert.False(Check("/v2/t", $$"""{"h":"{{payload}}","s":"{{new string('0', 64)}}","event_type":"track"}""").Passed("signature"));
    }

    [Fact]
    public void Without_a_secret_a_single_call_goes_unsigned()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"h":"{{Base64(Good)}}"}""");

        Assert.True(SandboxContract.Check("/v2/t", "application/json", body, s_keys with { ApiSecret = null }).KeepsContract);
    }

    [Theory]
    [InlineData("not json", "envelope")]
    [InlineData("""{"x":1}""", "payload")]
    [InlineData("""{"h":"%%%"}""", "base64")]
    [InlineData("""{"h":"bm90IGpzb24="}""", "json")]
    public void What_cannot_be_decoded_is_named_and_gives_no_calls(string body, string rule)
    {
        var report = Check("/v2/t", body);

        Assert.False(report.KeepsContract);
        Assert.Contains(report.Findings, finding => finding.Rule == rule && !finding.Passed);
        Assert.Empty(report.Calls);
    }

    private static ContractReport Single(string call)
    {
        var payload = Base64(call);
        return Check("/v2/t", $$"""{"h":"{{payload}}","s":"{{Sign(payload)}}","event_type":"track"}""");
    }

    private static ContractReport Check(string path, string body) =>
        SandboxContract.Check(path, "application/json; charset=utf-8", Encoding.UTF8.GetBytes(body), s_keys);

    private static string Base64(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    private static string Sign(string payload) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(payload + "secret-1")));
}
