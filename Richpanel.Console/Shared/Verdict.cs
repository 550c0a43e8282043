using Richpanel.Core.Causes;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Shared;

/// <summary>What Richpanel will do with a call, in its own terms (richpanel.md section 5). Pure.</summary>
/// <param name="Look">State whose colour fits.</param>
public sealed record Verdict(string Look, string Title, string Text)
{
    public static Verdict Of(PreviewResult result) => result switch
    {
        { Call: { } call } => Mapped(call.Content, call.Event),
        { Outcome: PreviewOutcome.Skipped } => From("skipped", "Skipped", result.Reason!),
        _ => From("failed", "Cannot be sent", result.Reason!),
    };

    /// <summary>For a call that never reached the mapper.</summary>
    public static Verdict From(string look, string word, string code)
    {
        var cause = CauseCatalog.Find(code);
        return new(look, $"{word}: {cause.Title}", $"{cause.Text} {cause.Remedy}");
    }

    private static Verdict Mapped(JsonTree.Map call, string? name)
    {
        var customer = (call["userProperties"] as JsonTree.Map)?["uid"]?.AsText();
        var title = name == "identify"
            ? customer is null ? "Keeps a visitor" : "Creates or updates a customer"
            : $"Adds “{name}” to a {(customer is null ? "visitor" : "customer")}'s timeline";
        var text = (name, customer) switch
        {
            ("identify", null) => "There is no user id: Richpanel keeps the device id, and shows nobody among its customers until the person is identified.",
            ("identify", _) => $"Richpanel creates the customer {customer}, or updates the one it has.",
            (_, null) => "There is no user id: the event belongs to a visitor, who is not shown among the customers until identified.",
            _ => $"It belongs to the customer {customer}. By Richpanel's own description it may update that customer's e-mail and never creates a customer.",
        };
        return new("accepted", title, text);
    }
}
