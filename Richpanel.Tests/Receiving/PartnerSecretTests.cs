using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Connections;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>Which API Secret opens Segment's partner address while one is being replaced.</summary>
public sealed class PartnerSecretTests : IAsyncDisposable
{
    private const string Before = "secret-before-of-the-shop";
    private const string Now = "secret-now-of-the-shop";

    private readonly FakeTimeProvider _time = new(A.Noon);
    private readonly ConsoleUnderTest _console;

    /// <summary>Without the care of each minute, which takes the secret before away at a time of its own.</summary>
    public PartnerSecretTests() => _console = new ConsoleUnderTest(services: services =>
    {
        services.Remove(services.Single(service => service.ImplementationType == typeof(SecretCare)));
        services.AddSingleton<TimeProvider>(_time);
    });

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task The_secret_before_opens_until_its_time_is_over()
    {
        var shop = await ShopAsync(accepted: A.Noon);

        Assert.Equal(200, await StatusAsync(shop, Before));
        _time.Jump(TimeSpan.FromHours(1));
        Assert.Equal(401, await StatusAsync(shop, Before));
        Assert.Equal(200, await StatusAsync(shop, Now));
    }

    [Fact]
    public async Task The_secret_before_opens_longer_while_the_new_one_was_never_accepted()
    {
        var shop = await ShopAsync(accepted: null);

        _time.Jump(TimeSpan.FromHours(2));

        Assert.Equal(200, await StatusAsync(shop, Before));
    }

    private async Task<TestSource> ShopAsync(DateTimeOffset? accepted)
    {
        using var starts = _console.CreateClient();
        var before = _console.Services.GetRequiredService<SecretProtector>().Protect(Before);
        return await _console.AddSourceAsync(apiSecret: Now, connection: shop =>
            (shop.SecretAcceptedAt, shop.PreviousSecret, shop.PreviousSecretUntil, shop.PausedAt) = (accepted, before, A.Noon.AddHours(1), A.Noon));
    }

    private async Task<int> StatusAsync(TestSource shop, string secret)
    {
        using var client = _console.CreateClient();
        var settings = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"apiSecret":"{{secret}}"}"""));
        using var answer = await client.PostCallAsync(
            "/segment", """{"type":"track","event":"One","userId":"u"}""", shop.ApiKey, request => request.Headers.Add("X-Segment-Settings", settings));
        return (int)answer.StatusCode;
    }
}
