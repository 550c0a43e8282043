namespace Richpanel.Core.Causes;

/// <summary>Why a call that was let in cannot be used. Codes are Segment's own discard codes (segment.md 1.5) where it has one.</summary>
public static partial class CauseCatalog
{
    public static readonly Cause BadRequest = new(
        "bad_request", "Not a call", "This item is not a JSON object, or has no type that says what call it is.", "Send one JSON object for each call, with its type in it.");

    public static readonly Cause NoUserAnonId = new(
        "no_user_anon_id", "No id", "The call has neither userId nor anonymousId, so nobody can be told apart.",
        "Send userId for known customers, anonymousId for visitors.");

    public static readonly Cause IdNotString = new(
        "id_not_string", "Id is not text", "userId or anonymousId is empty, or an object, list or true/false.", "Send ids as text that is not empty.");

    public static readonly Cause EventNotDefined = new(
        "event_not_defined", "No event name", "A track call needs the name of its event, and this one has none.", "Send event, for example \"Order Completed\".");

    public static readonly Cause EventNotString = new(
        "event_not_string", "Event name is not text", "The event of this track call is not a text.", "Send event as text.");

    public static readonly Cause PropertiesNotObject = new(
        "properties_not_object", "Properties are not an object", "properties is a text, number or list.", "Send properties as an object, or leave it out.");

    public static readonly Cause TraitsNotObject = new(
        "traits_not_object", "Traits are not an object", "traits of this identify is a text, number or list.", "Send traits as an object, or leave it out.");

    public static readonly Cause NameNotString = new(
        "name_not_string", "Page name is not text", "name of this page call is empty or not a text.", "Send name as text, or leave it out.");

    public static readonly Cause CategoryNotString = new(
        "category_not_string", "Page category is not text", "category of this page call is not a text.", "Send category as text, or leave it out.");

    public static readonly Cause UnsupportedEventType = new(
        "unsupported_event_type", "Call type not supported", "Richpanel takes identify, page and track; this call is of another type.",
        "Nothing needs doing. Filter these calls out at the source if their rows disturb.");

    public static readonly Cause PrivacyDelete = new(
        "privacy_delete", "Privacy deletion: needs a person",
        "Segment asks to delete this customer's data. Richpanel has no call for it, so nothing was sent and nothing was deleted.",
        "Delete the customer in Richpanel by hand, within the time your law allows (usually 30 days).");
}
