using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Connections;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

public sealed class ConnectionCheckTests
{
    private const int Patience = 60_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Each_step_that_passed_is_told_and_no_event_is_posted()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Outgoing:AllowPrivateNetworks"] = "true" });

        var steps = await CheckAsync(console, stub.BaseUrl);

        Assert.Equal([CheckStepName.Resolve, CheckStepName.Connect, CheckStepName.Answer], steps.Select(step => step.Name));
        Assert.All(steps, step => Assert.True(step.Passed, step.Text));
        Assert.Empty(stub.Requests);
    }

    [Fact(Timeout = Patience)]
    public async Task A_port_where_nothing_listens_fails_at_connecting_and_the_rest_is_not_tried()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var address = stub.BaseUrl;
        await stub.DisposeAsync();
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Outgoing:AllowPrivateNetworks"] = "true" });

        var steps = await CheckAsync(console, address);

        Assert.Equal([(CheckStepName.Resolve, null), (CheckStepName.Connect, "connection_refused")], steps.Select(step => (step.Name, step.Cause?.Code)));
    }

    [Fact(Timeout = Patience)]
    public async Task TLS_where_there_is_none_fails_at_that_step()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Outgoing:AllowPrivateNetworks"] = "true" });

        var steps = await CheckAsync(console, stub.BaseUrl.Replace("http://", "https://", StringComparison.Ordinal));

        Assert.Equal([true, true, false], steps.Select(step => step.Passed));
        Assert.Equal(CheckStepName.Tls, steps[^1].Name);
    }

    [Fact(Timeout = Patience)]
    public async Task A_private_address_is_refused_before_anything_is_connected()
    {
        await using var console = new ConsoleUnderTest();

        var steps = await CheckAsync(console, "http://127.0.0.1:9/v2");

        Assert.Equal((CheckStepName.Resolve, "address_not_allowed"), (Assert.Single(steps).Name, steps[0].Cause!.Code));
    }

    [Fact(Timeout = Patience)]
    public async Task The_sandbox_answers()
    {
        await using var console = new ConsoleUnderTest();

        var steps = await console.Services.GetRequiredService<ConnectionCheck>().RunAsync(console.Directory.Connections.Single(row => row.IsSandbox), Ct);

        Assert.True(Assert.Single(steps).Passed);
    }

    private static Task<IReadOnlyList<CheckStep>> CheckAsync(ConsoleUnderTest console, string baseUrl) =>
        console.Services.GetRequiredService<ConnectionCheck>().RunAsync(new Connection { Name = "Checked", BaseUrl = baseUrl, ApiKey = "api-key-1" }, Ct);
}
