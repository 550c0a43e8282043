using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Api;

/// <summary>Notes on one delivery: written with author and time, kept whatever is retried, gone with its row.</summary>
public sealed class DeliveryNotesApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_note_is_written_by_support_masked_for_whom_it_must_be_and_stays_through_a_retry()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "send", """{"connection":"Sandbox","call":{"type":"track","userId":"jane","event":"Noted"}}""");
        var id = sent.GetProperty("delivery").GetProperty("id").GetString()!;
        Assert.Empty((await api.JsonAsync(HttpMethod.Get, $"deliveries/{id}/notes", role: Role.Viewer)).EnumerateArray());

        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/notes", """{"text":"x"}""", HttpStatusCode.Forbidden, Role.Viewer);
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/notes", """{"text":"  "}""", HttpStatusCode.BadRequest, Role.Support);
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/notes", $$"""{"text":"{{new string('x', DeliveryNotes.Longest + 1)}}"}""", HttpStatusCode.BadRequest, Role.Support);
        await api.JsonAsync(HttpMethod.Post, "deliveries/dlv_zzz/notes", """{"text":"x"}""", HttpStatusCode.NotFound, Role.Support);
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/notes", """{"text":"Told jane.doe@example.test that it comes again."}""", role: Role.Support);
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/retry", "{}", HttpStatusCode.Accepted, Role.Support);

        var clear = (await api.JsonAsync(HttpMethod.Get, $"deliveries/{id}/notes", role: Role.Admin))[0];
        var masked = (await api.JsonAsync(HttpMethod.Get, $"deliveries/{id}/notes", role: Role.Viewer))[0];
        Assert.Equal("Told jane.doe@example.test that it comes again.", clear.GetProperty("text").GetString());
        Assert.DoesNotContain("jane.doe", masked.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("that it comes again.", masked.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(clear.GetProperty("author").GetString()!);
        await using var db = api.Console.Read();
        var line = db.ChangeLog.Single(line => line.Action == ChangeCatalog.DeliveryNoted.Code && line.ObjectId == id);
        Assert.DoesNotContain("comes again", JsonSerializer.Serialize(line), StringComparison.Ordinal);   // what is in it is only there
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_one_delivery_so_many_are_kept_and_no_more()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "send", """{"connection":"Sandbox","call":{"type":"track","userId":"jane","event":"Noted often"}}""");
        var id = PublicId.Parse(sent.GetProperty("delivery").GetProperty("id").GetString(), "dlv")!.Value;
        var notes = api.Console.Services.GetRequiredService<DeliveryNotes>();
        for (var i = 0; i < DeliveryNotes.Most; i++)
        {
            Assert.Equal(new NoteOutcome(true), await notes.AddAsync(Actor.System, id, $"Note {i}"));
        }

        Assert.Equal("There are 50 notes already, and no more are kept.", (await notes.AddAsync(Actor.System, id, "One more")).Fault);
        Assert.Equal((DeliveryNotes.Most, "Note 0"), ((await notes.OfAsync(Actor.System, id, Ct))!.Count, (await notes.OfAsync(Actor.System, id, Ct))![0].Text));
        Assert.False((await notes.AddAsync(Actor.System, 999_999, "Of nothing")).Found);
    }
}
