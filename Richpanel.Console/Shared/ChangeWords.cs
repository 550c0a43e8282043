using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Console.Shared;

/// <summary>A line of the change log in the words of a person. Pure.</summary>
internal static class ChangeWords
{
    public static string Did(ChangeEntry line) => ChangeCatalog.Find(line.Action)?.Words ?? $"did what this version does not know ({line.Action})";

    /// <summary>What the name means; null where the name says it itself.</summary>
    public static string? KindOf(ActorKind kind) => kind switch
    {
        ActorKind.Token => "API token",
        ActorKind.Person => "person",
        _ => null,
    };

    public static string Side(string? value) => value is null ? "nothing" : value.Length == 0 ? "empty" : value;

    /// <summary>One field: <c>name: Shop → Store</c>, or <c>apiSecret changed</c>, which is all that is kept of a secret.</summary>
    public static string Of(FieldChange field) => field == FieldChange.Changed(field.Field) ? $"{field.Field} changed" : $"{field.Field}: {Side(field.Before)} → {Side(field.After)}";

}
