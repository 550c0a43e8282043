using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Alerts;

/// <summary>From the last byte of room that a disk should have to what a channel and the log say of it.</summary>
public sealed class DiskAlertTests
{
    private const long Gb = 1L << 30;
    private const string Low = "The disk of the database has little room: 9.5 GB of 100 GB are free";
    private const string Again = "The disk of the database has room again";

    private static readonly StorageOptions s_options = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(10 * Gb, 100 * Gb, false)]
    [InlineData((10 * Gb) - 1, 100 * Gb, true)]   // less than a tenth
    [InlineData(2 * Gb, 4 * Gb, false)]
    [InlineData((2 * Gb) - 1, 4 * Gb, true)]   // less than 2 GB, however small the disk
    public void It_is_low_from_a_byte_below_a_tenth_or_2_gb_on(long free, long total, bool isLow)
    {
        var space = StoreSpace.Of(free, total, 0, s_options);

        Assert.Equal((isLow, false), (space.IsLow, space.IsFull));
    }

    [Fact(Timeout = 60_000)]
    public async Task Less_than_a_tenth_free_goes_out_once_however_long_it_lasts_and_its_end_when_there_was_room_for_a_while()
    {
        var free = 10 * Gb;
        await using var stub = new WebhookStub();
        await using var alerts = new AlertsUnderTest(disk: () => StoreSpace.Of(free, 100 * Gb, 0, s_options));
        await alerts.AddWebhookAsync(stub);
        await alerts.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Empty(stub.Bodies);

        free = 10 * Gb * 95 / 100;
        await alerts.PassAsync(TimeSpan.FromSeconds(105));
        Assert.Empty(stub.Bodies);
        await alerts.PassAsync(TimeSpan.FromMinutes(1));
        await alerts.PassAsync(TimeSpan.FromHours(3), TimeSpan.FromMinutes(2));

        using (var body = JsonDocument.Parse(Assert.Single(stub.Bodies)))
        {
            var alert = Assert.Single(body.RootElement.GetProperty("alerts").EnumerateArray());
            Assert.Equal(("change", "disk", "disk_low"), (alert.GetProperty("kind").GetString(), alert.GetProperty("subject").GetString(), alert.GetProperty("cause").GetString()));
            Assert.Equal(("degraded", Low), (alert.GetProperty("state").GetString(), alert.GetProperty("title").GetString()));
            Assert.Equal("Make room in time: below 256 MB the receiver answers 503.", alert.GetProperty("whatToDo").GetString());
        }

        free = 10 * Gb;
        await alerts.PassAsync(TimeSpan.FromSeconds(105));
        Assert.Single(stub.Bodies);
        await alerts.PassAsync(TimeSpan.FromMinutes(1));
        await alerts.PassAsync(TimeSpan.FromHours(3), TimeSpan.FromMinutes(2));

        Assert.Equal(2, stub.Bodies.Count);
        using var end = JsonDocument.Parse(stub.Bodies[1]);
        var recovery = Assert.Single(end.RootElement.GetProperty("alerts").EnumerateArray());
        Assert.Equal(("recovered", "disk", $"Recovered: {Again}"), (recovery.GetProperty("kind").GetString(), recovery.GetProperty("subject").GetString(), recovery.GetProperty("title").GetString()));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_log_says_once_that_it_began_and_once_that_it_is_over()
    {
        var (free, looks) = (10 * Gb, 0);
        await using var alerts = new AlertsUnderTest(disk: () =>
        {
            Interlocked.Increment(ref looks);
            return StoreSpace.Of(Interlocked.Read(ref free), 100 * Gb, 0, s_options);
        });
        using var care = ActivatorUtilities.CreateInstance<FaultCare>(alerts.Console.Services, alerts.Clock);
        await care.StartAsync(Ct);
        await LookedAsync();
        Assert.DoesNotContain("The disk of the database", alerts.Console.Logs.Text, StringComparison.Ordinal);

        Interlocked.Exchange(ref free, 10 * Gb * 95 / 100);
        await LookedAsync();
        Assert.Contains($"Warning \"{Low}.\" \"Make room in time: below 256 MB the receiver answers 503.\"", alerts.Console.Logs.Text, StringComparison.Ordinal);
        await LookedAsync();
        Interlocked.Exchange(ref free, 10 * Gb);
        await LookedAsync();
        Assert.Contains($"Information {Again}", alerts.Console.Logs.Text, StringComparison.Ordinal);
        await LookedAsync();

        await care.StopAsync(Ct);
        Assert.Equal((2, 2), (alerts.Console.Logs.Text.Split(Low).Length, alerts.Console.Logs.Text.Split(Again).Length));

        // Minutes pass until three more looks have begun, of which two have come to their end: one of them began after this was asked.
        Task LookedAsync()
        {
            var until = Volatile.Read(ref looks) + 3;
            return Eventually.IsAsync(
                () =>
                {
                    alerts.Clock.Advance(TimeSpan.FromMinutes(1));
                    return Volatile.Read(ref looks) >= until;
                },
                Ct);
        }
    }
}
