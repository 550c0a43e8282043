using System.Globalization;
using Richpanel.Core.Causes;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Segment;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Mapping;

/// <summary>Segment call in, Richpanel call out: the way of richpanel.md sections 3 to 6. Pure; start reading here.</summary>
public static class EventMapper
{
    /// <summary>Kept with every mapped call. Raise it when the same call would be mapped differently.</summary>
    public const int Version = 1;

    /// <summary>What we call ourselves in <c>platform</c>, where the official plugins name their shop system.</summary>
    internal const string Platform = "segment";

    /// <summary>Maps one call. Never throws for what a call contains.</summary>
    public static MappingOutcome Map(SegmentCall call, MappingOptions options)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(options);
        if (call.Type is not (SegmentCallType.Identify or SegmentCallType.Page or SegmentCallType.Track))
        {
            return new MappingOutcome.Skipped("unsupported_event_type", []);
        }

        if (!Filters.Allows(call))
        {
            return new MappingOutcome.Skipped(CauseCatalog.FilteredByIntegrations.Code, []);
        }

        return call.Type == SegmentCallType.Track && string.IsNullOrEmpty(call.Event)
            ? new MappingOutcome.Unusable("event_not_defined", [])
            : Build(call, options);
    }

    private static MappingOutcome Build(SegmentCall call, MappingOptions options)
    {
        var trail = new MappingTrail();
        var parts = new CallParts(call);
        var root = new Shape(JsonPath.Root, trail);

        Ids.Session(parts, root);
        var hasDevice = Ids.Device(call, parts, root);
        root.Put("eventId", new JsonTree.Text(call.MessageId), call.Sources.MessageId, call.Sources.MessageId is null ? "the call has no messageId: one was made" : "messageId → eventId");

        var customer = new Shape("$.userProperties", trail);
        var isKnown = call.Type == SegmentCallType.Identify
            ? Customers.ReadIdentify(call, parts, options.CustomerId, customer)
            : Customers.ReadActivity(call, parts, options.CustomerId, customer);
        root.Put("userProperties", customer.ToTree());

        var name = Event(call, parts, options, root);
        root.Put("context", Contexts.Read(parts.Context, new Shape("$.context", trail)));
        Constants(call, root);
        NameCustomer(name, isKnown, hasDevice, trail);
        Contexts.NameUnsent(call, parts, trail);

        // An order stands by itself at Richpanel: it goes out, with an error note, when the customer rule names nobody.
        return isKnown || hasDevice || EventCatalog.IsOrder(name)
            ? new MappingOutcome.Mapped(new RichpanelCall(root.ToTree()), trail.Provenance, trail.Notes())
            : new MappingOutcome.Unusable(CauseCatalog.NoCustomerAndNoDevice.Code, trail.Notes());
    }

    /// <summary>Adds <c>event</c> and <c>properties</c>; answers the event's Richpanel name.</summary>
    private static string Event(SegmentCall call, CallParts parts, MappingOptions options, Shape root)
    {
        var properties = new Shape("$.properties", root.Trail);
        var name = call.Type switch
        {
            SegmentCallType.Identify => Named(root, EventCatalog.Identify, call.Sources.Type, "identify call"),
            SegmentCallType.Page => Named(root, EventCatalog.PageView, call.Sources.Type, "page call → page_view"),
            _ => Track(call, parts, options, properties, root),
        };
        if (call.Type == SegmentCallType.Page)
        {
            Views.ReadPage(call, parts.Properties, parts.Context, properties);
        }

        if (call.Type != SegmentCallType.Identify)
        {
            properties.Rest(parts.Properties);
        }

        root.Put("properties", properties.ToTree());
        return name;
    }

    private static string Track(SegmentCall call, CallParts parts, MappingOptions options, Shape properties, Shape root)
    {
        var rule = EventCatalog.Find(call.Event!);
        if (rule is null || !options.TranslateEvents)
        {
            if (rule is not null)
            {
                root.Trail.Note(NoteCatalog.TranslationOff, "$.event", rule.RichpanelName);
            }

            if (EventCatalog.IsOrder(call.Event!))
            {
                OrderWarnings.CheckUntouched(parts.Properties, root.Trail);
            }

            return Named(root, call.Event!, "$.event", "custom event, name unchanged");
        }

        if (rule.IsVariant)
        {
            root.Trail.Note(NoteCatalog.EventNameVariant, "$.event", rule.SegmentName);
        }

        rule.Read(parts.Properties, properties, new EventSetting(rule, options, call));
        if (EventCatalog.IsOrder(rule.RichpanelName))
        {
            OrderWarnings.Check(parts.Properties, root.Trail);
        }

        return Named(root, rule.RichpanelName, "$.event", $"{rule.SegmentName} → {rule.RichpanelName}");
    }

    private static string Named(Shape root, string name, string? source, string rule)
    {
        root.Put("event", new JsonTree.Text(name), source, rule);
        return name;
    }

    private static void Constants(SegmentCall call, Shape root)
    {
        var time = new Shape("$.time", root.Trail);
        time.Put("originalTimestamp", Moments.Milliseconds(call.Timestamp), call.Sources.Timestamp, Moments.Rule(call, "time.originalTimestamp"));
        root.Put("time", time.ToTree());
        root.Put("platform", new JsonTree.Text(Platform), null, "always the same");
        root.Put("version", new JsonTree.Text(Version.ToString(CultureInfo.InvariantCulture)), null, "version of the mapping");
    }

    /// <summary>Says which of the two the call yields: a customer or a visitor (richpanel.md 5.2).</summary>
    private static void NameCustomer(string name, bool isKnown, bool hasDevice, MappingTrail trail)
    {
        if (!isKnown && hasDevice)
        {
            trail.Note(NoteCatalog.Visitor, null);
        }

        if (!isKnown && EventCatalog.IsOrder(name))
        {
            trail.Note(NoteCatalog.OrderWithoutCustomer, null);
        }
    }
}
