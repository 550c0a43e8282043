using System.Text;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Segment;

public sealed class DoorPartsTests
{
    [Fact]
    public void A_signature_is_the_lower_case_hex_HMAC_SHA1_of_the_known_vector() =>
        Assert.Equal("de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9", WebhookSignature.Of("The quick brown fox jumps over the lazy dog"u8, "key"u8));

    [Theory]
    [InlineData("de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9", true)]
    [InlineData("de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d8", false)]
    [InlineData("zz7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9", false)]
    [InlineData("de7c", false)]
    [InlineData(null, false)]
    public void Only_the_right_signature_fits(string? header, bool fits) =>
        Assert.Equal(fits, WebhookSignature.Fits(header, "The quick brown fox jumps over the lazy dog"u8, "key"u8));

    [Fact]
    public void Dotted_names_of_a_pixel_are_nested_and_its_key_is_taken_out()
    {
        var pixel = PixelCall.Decode([new("writeKey", "K"), new("userId", "u"), new("properties.subject", "Hi"), new("properties.a.b", "1")]);

        Assert.Equal("K", pixel.WriteKey);
        Assert.Equal("""{"userId":"u","properties":{"subject":"Hi","a":{"b":"1"}}}""", Encoding.UTF8.GetString(pixel.Call!));
    }

    [Theory]
    [InlineData("eyJ3cml0ZUtleSI6IksiLCJ1c2VySWQiOiJ1In0=")]
    [InlineData("eyJ3cml0ZUtleSI6IksiLCJ1c2VySWQiOiJ1In0")]
    public void The_data_of_a_pixel_is_base64_with_or_without_its_padding(string data)
    {
        var pixel = PixelCall.Decode([new("data", data)]);

        Assert.Equal("K", pixel.WriteKey);
        Assert.Equal("""{"userId":"u"}""", Encoding.UTF8.GetString(pixel.Call!));
    }

    [Theory]
    [InlineData("%%%")]
    [InlineData("W10=")]
    [InlineData("")]
    public void Data_that_is_no_call_is_none(string data) => Assert.Null(PixelCall.Decode([new("data", data), new("writeKey", "K")]).Call);
}
