namespace Richpanel.Core.Mapping;

/// <summary>How a connection wants its calls mapped (richpanel.md sections 3, 4 and 6).</summary>
public sealed record MappingOptions
{
    public OrderFieldStyle OrderFields { get; init; } = OrderFieldStyle.PluginPlus;

    public CustomerIdRule CustomerId { get; init; } = CustomerIdRule.UserId;

    /// <summary>Segment's ecommerce names become Richpanel's native events; off keeps the Segment name as it stands.</summary>
    public bool TranslateEvents { get; init; } = true;
}

public enum OrderFieldStyle
{
    /// <summary>The official plugins' names plus <c>id</c>, <c>order_name</c>, <c>status</c>, <c>created_at</c> (default).</summary>
    PluginPlus,

    /// <summary>The names of developer.richpanel.com.</summary>
    Developer,
}

public enum CustomerIdRule
{
    UserId,
    Email,
    UserIdElseEmail,
}
