using System.Net;
using Richpanel.Core.Connections;

namespace Richpanel.Tests.Api;

public sealed class SecretApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private const string Path = "connections/Rotated";

    [Fact]
    public async Task A_secret_is_replaced_gone_back_from_and_let_go_of()
    {
        await api.JsonAsync(HttpMethod.Post, "connections", $$"""{"name":"Rotated","apiKey":"rotated-key","apiSecret":"{{ApiUnderTest.Secret}}"}""", HttpStatusCode.Created);
        var first = SecretProtector.Fingerprint(ApiUnderTest.Secret);
        var replaced = await api.JsonAsync(HttpMethod.Put, Path, """{"apiSecret":"another-secret-9","keepPreviousFor":"hour"}""");
        Assert.Equal(first, replaced.GetProperty("previousSecret").GetProperty("fingerprint").GetString());

        var back = await api.JsonAsync(HttpMethod.Post, Path + "/secret/roll-back");
        Assert.Equal(first, back.GetProperty("secretFingerprint").GetString());

        var forgotten = await api.JsonAsync(HttpMethod.Post, Path + "/secret/forget");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, forgotten.GetProperty("previousSecret").ValueKind);
        foreach (var again in (string[])["roll-back", "forget"])
        {
            var conflict = await api.JsonAsync(HttpMethod.Post, $"{Path}/secret/{again}", status: HttpStatusCode.Conflict);
            Assert.StartsWith("No secret before", conflict.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }
}
