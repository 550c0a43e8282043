using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Richpanel.Console.Startup;
using Richpanel.Core;

namespace Richpanel.Tests.Configuration;

public sealed class DeliveryOptionsTests
{
    [Theory]
    [InlineData("00:01:00", "00:05:00")]
    [InlineData("00:00:00", "-00:00:05")]
    [InlineData("00:00:00", "3000000.00:00:00")]
    public void A_schedule_that_cannot_be_kept_stops_the_start_with_the_options_name(string first, string second)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Validate(first, second));

        Assert.StartsWith("Delivery:Schedule", Assert.Single(StartFailure.Explain(failure)!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_that_begins_at_once_is_taken() => Validate("00:00:00", "30.00:00:00");

    private static void Validate(string first, string second)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Delivery:Schedule:0", first), new("Delivery:Schedule:1", second)]).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(settings).AddLogging().AddRichpanelCore(settings).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
    }
}
