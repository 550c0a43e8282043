namespace Richpanel.Core.Causes;

/// <summary>Why the mapper did not make a Richpanel call of a Segment call.</summary>
public static partial class CauseCatalog
{
    public static readonly Cause FilteredByIntegrations = new(
        "filtered_by_integrations",
        "Filtered by integrations",
        "The call's own integrations object says that it is not meant for Richpanel.",
        "Nothing needs doing if that was meant. Otherwise set \"Richpanel\": true in the call's integrations; the name's case counts.");

    public static readonly Cause NoCustomerAndNoDevice = new(
        "no_customer_and_no_device",
        "Nobody to attach it to",
        "With this connection's option CustomerId the call yields no customer id, and it has no anonymousId either. Richpanel would take such a call and show it nowhere.",
        "Send an e-mail (traits.email, context.traits.email or properties.email) or an anonymousId with the call, or set CustomerId to userIdElseEmail and retry as now.");
}
