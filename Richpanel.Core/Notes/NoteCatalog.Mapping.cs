namespace Richpanel.Core.Notes;

/// <summary>What the mapper has to say. Grouped as a person meets it: customer, event, order, numbers, what is left.</summary>
public static partial class NoteCatalog
{
    public static readonly NoteKind Visitor = new(
        "visitor", NoteSeverity.Info,
        "The call has no customer id: it belongs to a visitor, known by the device id (did) only.",
        "Nothing needs doing. Richpanel shows the visitor as a customer once an identify with a customer id arrives.");

    public static readonly NoteKind OrderWithoutCustomer = new(
        "order_without_customer", NoteSeverity.Error,
        "The order has no customer id (uid), so Richpanel cannot show it under any customer.",
        "Identify guests at checkout, or set the connection's CustomerId to userIdElseEmail and send the e-mail in properties.email or context.traits.email.");

    public static readonly NoteKind EmailFromUserId = new(
        "email_from_user_id", NoteSeverity.Info,
        "No trait holds an e-mail, but userId is one: it serves as the customer's e-mail.",
        "Send traits.email to decide it yourself.");

    public static readonly NoteKind UserIdNotSent = new(
        "user_id_not_sent", NoteSeverity.Info,
        "userId is not sent: by the connection's option CustomerId the e-mail is the customer's id.",
        "Set CustomerId to userId or userIdElseEmail if Richpanel shall know the userId.");

    public static readonly NoteKind SessionIdDiffers = new(
        "session_id_differs", NoteSeverity.Warning,
        "A second richpanel_session_id with another value stands here and is not sent.",
        "Send one session id only; asked are properties, traits, context and context.traits, in this order.");

    public static readonly NoteKind TraitsNotSent = new(
        "traits_not_sent", NoteSeverity.Info,
        "A page or track carries at most the customer's id and e-mail, so these traits are not sent: {0}.",
        "Send them with an identify call.");

    public static readonly NoteKind ContextTraitsNotSent = new(
        "context_traits_not_sent", NoteSeverity.Info,
        "The traits of an identify are read from traits alone; these of context.traits are not sent: {0}.",
        "Nothing needs doing when they repeat the traits. Otherwise put them into traits.");

    public static readonly NoteKind NotSent = new(
        "not_sent", NoteSeverity.Info,
        "Richpanel has no place for these, so they are not sent: {0}.",
        "Nothing needs doing. Put what Richpanel should show into properties or traits.");

    public static readonly NoteKind EventNameVariant = new(
        "event_name_variant", NoteSeverity.Info,
        "This name is not in Segment's table of event names; it is read as {0}.",
        "Rename the event, or switch the connection's translation off to send the name as it stands.");

    public static readonly NoteKind TranslationOff = new(
        "translation_off", NoteSeverity.Info,
        "The connection does not translate event names, so this is a custom event and not Richpanel's {0}.",
        "Switch translation on if Richpanel shall treat it as its own event.");

    public static readonly NoteKind OrderIdMissing = new(
        "order_id_missing", NoteSeverity.Error,
        "The order has no order_id, so Richpanel cannot tell it from any other.",
        "Send properties.order_id.");

    public static readonly NoteKind OrderIdFromId = new(
        "order_id_from_id", NoteSeverity.Warning,
        "There is no order_id; properties.id serves as the order's id.",
        "Send properties.order_id if this is the id of something else.");

    public static readonly NoteKind OrderStatusDerived = new(
        "order_status_derived", NoteSeverity.Warning,
        "The call has no order_status; it was derived from the event {0}.",
        "Send properties.order_status with the status as your shop names it.");

    public static readonly NoteKind OrderDateFromTimestamp = new(
        "order_date_from_timestamp", NoteSeverity.Info,
        "The order has no date of its own; {0} is the time of the call. Richpanel picks a customer's last order by it.",
        "Send properties.created_at with the date the order was placed.");

    public static readonly NoteKind AmountMissing = new(
        "amount_missing", NoteSeverity.Warning,
        "The order has no total, subtotal, revenue or value, so it is sent without an amount.",
        "Send properties.total.");

    public static readonly NoteKind AmountDerived = new(
        "amount_derived", NoteSeverity.Info,
        "The order has no total; its amount was added up: {0}.",
        "Send properties.total to decide it yourself.");

    public static readonly NoteKind AmountAmbiguous = new(
        "amount_ambiguous", NoteSeverity.Warning,
        "A discount is present and was not subtracted: {0} may or may not include it already.",
        "Send properties.total.");

    public static readonly NoteKind AmountNotDerived = new(
        "amount_not_derived", NoteSeverity.Warning,
        "The amount could not be added up from {0}, shipping and tax: one of them is no plain number.",
        "Send them as JSON numbers, or send properties.total.");

    public static readonly NoteKind CurrencyMayBeIgnored = new(
        "currency_may_be_ignored", NoteSeverity.Info,
        "The currency is sent. Richpanel documents it, but was seen to ignore it.",
        "Nothing needs doing. Check one order in Richpanel if you sell in several currencies.");

    public static readonly NoteKind KnownToBeIgnored = new(
        "known_to_be_ignored", NoteSeverity.Warning,
        "Richpanel was seen to ignore {0} on orders. It is sent as a custom property.",
        "Send {1} instead.");

    public static readonly NoteKind FlatTrackingMayBeIgnored = new(
        "flat_tracking_may_be_ignored", NoteSeverity.Warning,
        "Richpanel's newer ingest (v3) was seen to ignore {0} at this place.",
        "Send it inside fulfillments[], as tracking_number, tracking_company and tracking_url.");

    public static readonly NoteKind ShippingAddressNotText = new(
        "shipping_address_not_text", NoteSeverity.Warning,
        "Richpanel was seen to ignore shipping_address when it is an object; it reads a text.",
        "Send the address as one text.");

    public static readonly NoteKind NumberFromText = new(
        "number_from_text", NoteSeverity.Info,
        "{0} came as text and is sent as the number it holds.",
        "Nothing needs doing. Send a JSON number to be exact.");

    public static readonly NoteKind NumberUnreadable = new(
        "number_unreadable", NoteSeverity.Warning,
        "{0} should be a number and cannot be read as one. It is sent as it was.",
        "Send a JSON number: no currency sign, no thousands separator.");

    public static readonly NoteKind DateUnreadable = new(
        "date_unreadable", NoteSeverity.Warning,
        "{0} should be a date and cannot be read as one. It is sent as it was.",
        "Send ISO 8601 (2026-01-31T12:00:00Z) or Unix milliseconds.");

    public static readonly NoteKind ListExpected = new(
        "list_expected", NoteSeverity.Warning,
        "{0} should be a list of products. It is sent as a custom property, and the call has no items.",
        "Send a JSON array of objects.");

    public static readonly NoteKind ItemNotObject = new(
        "item_not_object", NoteSeverity.Warning,
        "This product is no object. It is sent as it was.",
        "Send an object with product_id, name, price and quantity.");

    public static readonly NoteKind EmptyItem = new(
        "empty_item", NoteSeverity.Info,
        "This product is null and is not sent.",
        "Nothing needs doing.");

    public static readonly NoteKind CategoryUnreadable = new(
        "category_unreadable", NoteSeverity.Warning,
        "{0} should be a text or a list. It is sent as a custom property, and the product has no categories.",
        "Send the category's name as text.");

    public static readonly NoteKind NameTaken = new(
        "name_taken", NoteSeverity.Warning,
        "Richpanel's {0} is filled from another place of the call. This property is sent as {1}.",
        "Rename the property if Richpanel shall show it under a name of your choice.");
}
