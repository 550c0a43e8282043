using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Segment;

/// <summary>Whatever is done to a signature, its body or its secret: the part that differs is named, and none that does not.</summary>
public sealed class SignatureReviewTests
{
    private const int Times = 400;

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Gen<string> s_secret = Gen.Char["abcdefghijkmnopqrstuvwxyzABCDEFGH123456789-_"].Array[6, 40].Select(letters => "k" + new string(letters) + "~");

    private static readonly Gen<string> s_body =
        Gen.Select(Gen.Int[1, 1_000_000], Gen.OneOf("Order Completed", "Größe", "日本", "a/b", "x<y>&'z"), (n, name) => $$"""{"type": "track", "event":"{{name}}","n":{{n}},"userId":"u"}""");

    [Fact]
    public void It_expects_what_the_door_takes_and_has_nothing_to_say_of_it() => Gen.Select(s_body, s_secret).Sample(
        (body, secret) =>
        {
            var review = SignatureReview.Of(body, secret, null);

            Assert.True(WebhookSignature.Fits(review.Expected, Encoding.UTF8.GetBytes(body), Encoding.UTF8.GetBytes(secret)));
            Assert.Equal(review.Expected, review.Expected.ToLowerInvariant());
            var again = SignatureReview.Of(body, secret, review.Expected);
            Assert.True(again.Fits);
            Assert.Empty(again.Differences);
        },
        iter: Times);

    [Fact]
    public void What_stands_round_a_right_digest_or_how_it_is_written_is_named_and_nothing_else() => Gen.Select(s_body, s_secret, Gen.Int[0, 5]).Sample(
        (body, secret, kind) =>
        {
            var right = Sha1(body, secret);
            var hex = Convert.ToHexStringLower(right);
            var (header, parts) = kind switch
            {
                0 => ("sha1=" + hex, new[] { SignaturePart.Prefix }),
                1 => ("X-Signature: " + hex, [SignaturePart.Prefix]),
                2 => (hex.ToUpperInvariant(), HasLetter(hex) ? [SignaturePart.Case] : []),
                3 => (Convert.ToBase64String(right), [SignaturePart.Encoding]),
                4 => ($" \"{hex}\"\n", [SignaturePart.Surroundings]),
                _ => ("sha1=" + hex.ToUpperInvariant(), HasLetter(hex) ? [SignaturePart.Prefix, SignaturePart.Case] : [SignaturePart.Prefix]),
            };

            Assert.Equal(parts, SignatureReview.Of(body, secret, header).Differences.Select(one => one.Part));
        },
        iter: Times);

    [Fact]
    public void A_body_that_was_altered_is_told_from_a_wrong_secret() => Gen.Select(s_body, s_secret, Gen.Int[0, 5]).Sample(
        (body, secret, kind) =>
        {
            var signed = kind switch
            {
                0 => body + "\n",
                1 => JsonSerializer.Serialize(JsonElement.Parse(body), s_plain),
                2 => body.Replace("{\"type", "{\r\n\"type", StringComparison.Ordinal),
                3 => "\ufeff" + body,
                4 => JsonSerializer.Serialize(body, s_plain),
                _ => JsonSerializer.Serialize(JsonElement.Parse(body)),
            };
            var pasted = kind == 2 ? signed.ReplaceLineEndings("\n") : body;

            var difference = Assert.Single(SignatureReview.Of(pasted, secret, Convert.ToHexStringLower(Sha1(signed, secret))).Differences);

            Assert.Equal(SignaturePart.Body, difference.Part);
        },
        iter: Times);

    [Fact]
    public void A_secret_spelled_otherwise_is_told_as_that() => Gen.Select(s_body, s_secret, Gen.Int[0, 3]).Sample(
        (body, secret, kind) =>
        {
            var used = kind switch { 0 => secret + "\n", 1 => $"\"{secret}\"", 2 => secret.ToUpperInvariant(), _ => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)) };

            var difference = Assert.Single(SignatureReview.Of(body, secret, Convert.ToHexStringLower(Sha1(body, used))).Differences);

            Assert.Equal(SignaturePart.Secret, difference.Part);
        },
        iter: Times);

    [Fact]
    public void Another_secret_or_another_body_is_said_to_be_unknown_and_never_fits() => Gen.Select(s_body, s_secret, s_secret).Where((_, one, other) => !one.Equals(other, StringComparison.OrdinalIgnoreCase)).Sample(
        (body, secret, other) =>
        {
            var review = SignatureReview.Of(body, secret, Convert.ToHexStringLower(Sha1(body, other)));

            Assert.False(review.Fits);
            Assert.Equal(SignaturePart.Unknown, Assert.Single(review.Differences).Part);
        },
        iter: Times);

    [Fact]
    public void Whatever_came_as_header_never_throws_and_fits_only_what_the_door_takes_and_no_text_holds_the_secret() => Gen.Select(s_body, s_secret, Gen.String).Sample(
        (body, secret, header) =>
        {
            var review = SignatureReview.Of(body, secret, header);

            Assert.Equal(!string.IsNullOrWhiteSpace(header) && WebhookSignature.Fits(header, Encoding.UTF8.GetBytes(body), Encoding.UTF8.GetBytes(secret)), review.Fits);
            Assert.True(review.Fits || string.IsNullOrWhiteSpace(header) || review.Differences.Count > 0);
            Assert.DoesNotContain(review.Differences, one => (one.Text + one.Remedy).Contains(secret, StringComparison.Ordinal));
        },
        iter: Times);

    [Theory]
    [InlineData("HMAC-SHA256", 32)]
    [InlineData("HMAC-SHA512", 64)]
    [InlineData("HMAC-MD5", 16)]
    public void Another_hash_is_named(string name, int bytes)
    {
        const string Body = """{"a":1}""";
        var key = "secret"u8.ToArray();
        var data = Encoding.UTF8.GetBytes(Body);
#pragma warning disable CA5351
        var digest = bytes switch { 32 => HMACSHA256.HashData(key, data), 64 => HMACSHA512.HashData(key, data), _ => HMACMD5.HashData(key, data) };
#pragma warning restore CA5351

        var difference = Assert.Single(SignatureReview.Of(Body, "secret", Convert.ToHexStringLower(digest)).Differences);

        Assert.Equal(SignaturePart.Algorithm, difference.Part);
        Assert.Contains(name, difference.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_signature_and_one_that_is_none_are_told_by_their_length()
    {
        Assert.Equal(SignaturePart.Length, Assert.Single(SignatureReview.Of("{}", "secret", Convert.ToHexStringLower(Sha1("{}", "secret"))[..38]).Differences).Part);
        Assert.Equal(SignaturePart.Length, Assert.Single(SignatureReview.Of("{}", "secret", "not-a-digest!").Differences).Part);
    }

    [Fact]
    public void Of_a_list_the_first_call_is_signed_and_the_whole_list_is_taken_too_when_there_are_more()
    {
        const string First = """{"type":"track","event":"One","userId":"u"}""";
        var list = $"[ {First}, {{\"type\":\"page\"}}]";

        var review = SignatureReview.Of(list, "secret", Convert.ToHexStringLower(Sha1(First, "secret")));

        Assert.True(review.Fits);
        Assert.Equal(Convert.ToHexStringLower(Sha1(First, "secret")), review.FirstElement);
        Assert.True(SignatureReview.Of(list, "secret", review.Expected).Fits);
        var single = SignatureReview.Of($"[ {First}]", "secret", Convert.ToHexStringLower(Sha1($"[ {First}]", "secret")));
        Assert.False(single.Fits);
        Assert.Equal(SignaturePart.Body, Assert.Single(single.Differences).Part);
    }

#pragma warning disable CA5350 // what Segment signs with
    private static byte[] Sha1(string body, string secret) => HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body));
#pragma warning restore CA5350

    private static bool HasLetter(string hex) => hex.Any(char.IsAsciiLetter);
}
