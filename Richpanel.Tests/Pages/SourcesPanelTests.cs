using Bunit;
using Richpanel.Console.Connections;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>Editing what a source lets in, on the page of its connection.</summary>
public sealed class SourcesPanelTests : IAsyncLifetime
{
    private const string Secret = "planted-webhook-secret-5512";

    private readonly PagesUnderTest _pages = new();
    private TestSource _source = null!;

    public async ValueTask InitializeAsync() => _source = await _pages.App.AddSourceAsync("Web");

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private Source Stored => _pages.App.Directory.FindSource(_source.SourceId)!;

    [Fact(Timeout = 60_000)]
    public async Task Lists_signature_and_secret_are_saved_and_the_secret_never_comes_back()
    {
        var page = await EditAsync();
        await page.ChangeAsync("#source-addresses", "203.0.113.9, 10.0.0.0/8");
        await page.ChangeAsync("#source-origins", "https://shop.example");
        await page.ChangeAsync("#source-secret", Secret);
        await page.ChangeAsync("#source-signature", "yes");
        await page.ChangeAsync("#source-name", "Web shop");

        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Saved. Web shop lets in: listed addresses, listed origins, only signed.");
        Assert.Equal(("203.0.113.9 10.0.0.0/8", "https://shop.example", true), (Stored.AllowedAddresses, Stored.AllowedOrigins, Stored.RequiresSignature));
        Assert.Equal(Secret, _pages.Get<SecretProtector>().Unprotect(Stored.ProtectedWebhookSecret!));
        Assert.DoesNotContain(Secret, page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("form.source-form"));

        await page.ClickAsync("button[aria-label='Edit Web shop']");
        Assert.DoesNotContain(Secret, page.Markup, StringComparison.Ordinal);
        Assert.Null(page.Find("#source-secret").GetAttribute("value"));
        Assert.StartsWith("Stored, and never shown again.", page.Find("#source-secret-help").Words(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("source-addresses", "10.0.0.1 shop", "'shop' is neither an address such as 203.0.113.9 nor a network such as 203.0.113.0/24.")]
    [InlineData("source-origins", "shop.example", "'shop.example' is not an origin.")]
    [InlineData("source-signature", "yes", "Give the webhook secret first")]
    [InlineData("source-name", "", "Give the source a name")]
    public async Task What_cannot_be_right_is_told_at_its_field_and_not_saved(string field, string value, string told)
    {
        var page = await EditAsync();
        await page.ChangeAsync("#" + field, value);

        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Not saved: see what is marked above.");
        Assert.StartsWith(told, page.Find($"#{field}-fault").Words(), StringComparison.Ordinal);
        Assert.Equal(("true", $"{field}-fault {field}-help"), (page.Find("#" + field).GetAttribute("aria-invalid"), page.Find("#" + field).GetAttribute("aria-describedby")));
        Assert.Equal(("Web", (string?)null, (string?)null, false), (Stored.Name, Stored.AllowedAddresses, Stored.AllowedOrigins, Stored.RequiresSignature));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_source_is_disabled_and_marked_as_that()
    {
        var page = await EditAsync();
        await page.ChangeAsync("#source-disabled", "no");
        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Web Disabled");
        Assert.True(Stored.Disabled);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_emptied_list_lets_everybody_in_again_and_a_removed_secret_is_gone()
    {
        var guarded = await _pages.App.AddSourceAsync("Guarded", source: source => source.AllowedAddresses = "10.0.0.1", webhookSecret: Secret);
        var page = await EditAsync(guarded, "Guarded");
        await page.ChangeAsync("#source-addresses", "");
        await page.ChangeAsync("#source-secret-gone", true);
        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Guarded lets in: any address, any origin, unsigned.");
        var stored = _pages.App.Directory.FindSource(guarded.SourceId)!;
        Assert.Equal((null, null), (stored.AllowedAddresses, stored.ProtectedWebhookSecret));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_replaced_secret_shows_and_one_click_goes_back_to_it()
    {
        var signed = await _pages.App.AddSourceAsync("Signed");
        var store = _pages.Get<SourceStore>();
        await store.UpdateSourceAsync(Actor.System, signed.SourceId, new SourceDraft { WebhookSecret = Secret });
        var first = _pages.App.Directory.FindSource(signed.SourceId)!.WebhookSecretFingerprint!;
        var page = await EditAsync(signed, "Signed");
        page.EventuallySays("Webhook secret in use by Signed Fingerprint " + first);
        await page.ChangeAsync("#source-keep", "Week");
        await page.ChangeAsync("#source-secret", Secret + "-2");
        await page.SubmitAsync("form.source-form");
        page.EventuallySays("Saved. Signed lets in:");
        await page.ClickAsync("button[aria-label='Edit Signed']");
        page.EventuallySays($"Secret before {first} , kept until");

        await page.PressAsync("Go back to the secret before");

        page.EventuallySays("The secret before is in use again.");
        Assert.Equal(first, _pages.App.Directory.FindSource(signed.SourceId)!.WebhookSecretFingerprint);
        Assert.DoesNotContain(Secret, page.Markup, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_key_that_somebody_else_replaced_is_shown_no_longer()
    {
        var page = Open();
        await page.ClickAsync("button[aria-label='Show the write key of Web']");
        page.EventuallySays(_source.WriteKey);

        await _pages.Get<SourceStore>().RotateWriteKeyAsync(Actor.System, _source.SourceId, TimeSpan.Zero);

        page.Eventually(() => Assert.DoesNotContain(_source.WriteKey, page.Markup, StringComparison.Ordinal));
        Assert.NotEmpty(page.FindAll("button[aria-label='Show the write key of Web']"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_source_saved_by_two_keeps_what_each_changed()
    {
        var page = await EditAsync();
        await page.ChangeAsync("#source-name", "Renamed");
        await _pages.Get<SourceStore>().UpdateSourceAsync(Actor.System, _source.SourceId, new SourceDraft { AllowedOrigins = "https://shop.example", Disabled = true });

        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Saved. Renamed lets in:");
        Assert.Equal(("Renamed", "https://shop.example", true), (Stored.Name, Stored.AllowedOrigins, Stored.Disabled));
    }

    [Fact(Timeout = 60_000)]
    public async Task Cancelling_leaves_everything_as_it_was()
    {
        var page = await EditAsync();
        await page.ChangeAsync("#source-addresses", "10.0.0.1");
        await page.PressAsync("Cancel");

        Assert.Empty(page.FindAll("form.source-form"));
        Assert.Null(Stored.AllowedAddresses);
    }

    private async Task<IRenderedComponent<ConnectionPage>> EditAsync(TestSource? source = null, string name = "Web")
    {
        var page = Open(source);
        await page.ClickAsync($"button[aria-label='Edit {name}']");
        return page;
    }

    private IRenderedComponent<ConnectionPage> Open(TestSource? source = null)
    {
        var id = PublicId.Connection((source ?? _source).ConnectionId);
        return _pages.Open<ConnectionPage>($"/connections/{id}", set => set.Add(p => p.PublicConnectionId, id));
    }
}
