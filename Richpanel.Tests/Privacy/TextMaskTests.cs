using Richpanel.Core.Notes;
using Richpanel.Core.Privacy;

namespace Richpanel.Tests.Privacy;

public sealed class TextMaskTests
{
    [Theory]
    [InlineData("jane@example.com", "j•••@e•••.com")]
    [InlineData("jane@shop.example.co.uk", "j•••@s•••.uk")]
    [InlineData("jane@localhost", "j•••@l•••")]
    [InlineData("😀@example.com", "😀•••@e•••.com")]
    [InlineData("Jane Miller", "••• text of 11 characters")]
    [InlineData("@", "••• text of 1 character")]
    [InlineData("", "")]
    [InlineData(null, null)]
    public void An_e_mail_is_known_by_its_first_letters_only(string? email, string? masked) => Assert.Equal(masked, TextMask.Email(email));

    [Theory]
    [InlineData("user-8472", "user-8472")]
    [InlineData("9f3c2b1a-5d11-4a60-9a2e-0f5d1f6c7a10", "9f3c2b1a-5d11-4a60-9a2e-0f5d1f6c7a10")]
    [InlineData("gid://shopify/Order/5123456789012", "gid://shopify/Order/5123456789012")]
    [InlineData("jane@example.com", "j•••@e•••.com")]
    [InlineData("4915112345678", "49•••78")]
    [InlineData("5551234567", "55•••67")]
    [InlineData("123456789", "123456789")]
    [InlineData("ajs-next-1764000000000-4f1c", "ajs-next-1764000000000-4f1c")]
    [InlineData("whatsapp:+4915112345678", "••• text of 23 characters")]
    [InlineData("015112345678", "••• phone or long number")]
    [InlineData("555-123-4567", "••• phone or long number")]
    [InlineData("Jane Miller", "••• text of 11 characters")]
    public void An_id_is_a_pseudonym_unless_it_is_an_e_mail_a_phone_or_words(string id, string masked) => Assert.Equal(masked, TextMask.Id(id));

    [Theory]
    [InlineData("The body has no list 'batch'. Send {\"batch\":[…]}.", "The body has no list 'batch'. Send {\"batch\":[…]}.")]
    [InlineData("There is no 'Jane O'Brien' here; the customer's mail is jane@example.com.", "There is no '•••' here; the customer's mail is j•••@e•••.com.")]
    [InlineData("The connection's option decides what the customer's id is.", "The connection's option decides what the customer's id is.")]
    [InlineData("Call +49 (30) 123-4567 or 22 now.", "Call ••• or 22 now.")]
    public void A_sentence_keeps_its_own_words(string sentence, string masked) => Assert.Equal(masked, TextMask.Sentence(sentence));

    [Theory]
    [InlineData("$.traits.email", "$.traits.email")]
    [InlineData("$.traits['jane@example.com'][0].city", "$.traits['••• e-mail'][0].city")]
    [InlineData("$.traits['Jane\\'s own'], $.a.b", "$.traits['••• text of 10 characters'], $.a.b")]
    [InlineData("Authorization", "Authorization")]
    public void A_path_hides_the_keys_that_the_payload_hides(string path, string masked) => Assert.Equal(masked, PathMask.Path(path));

    [Fact]
    public void A_note_keeps_the_words_of_the_catalogue_and_masks_what_was_filled_in()
    {
        var note = PathMask.Of(NoteCatalog.TraitsNotSent.At("$.traits", "$.traits.plan, $.traits['jane@example.com']"));

        Assert.Equal("A page or track carries at most the customer's id and e-mail, so these traits are not sent: $.traits.plan, $.traits['••• e-mail'].", note.Text);
    }

    [Fact]
    public void No_note_of_the_catalogue_loses_a_word_by_being_masked() => Assert.All(NoteCatalog.All, kind =>
    {
        var note = kind.At("$.event", "$.properties.total", "userId");
        Assert.Equal(note, PathMask.Of(note));
    });

    [Fact]
    public void Headers_keep_their_names_and_only_plain_values()
    {
        var shown = TextMask.Headers("Content-Type: application/json\nX-Customer: jane@example.com\nRetry-After: 30\nDate: Tue, 24 Nov 2026 10:00:00 GMT");

        Assert.Equal("Content-Type: application/json\nX-Customer: ••• e-mail\nRetry-After: 30\nDate: Tue, 24 Nov 2026 10:00:00 GMT", shown);
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.•••")]
    [InlineData("2001:db8::17", "2001:db8::•••")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public void An_address_says_its_network(string address, string masked) => Assert.Equal(masked, TextMask.Address(address));
}
