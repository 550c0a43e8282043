using Richpanel.Core;
using Richpanel.Core.Causes;
using Richpanel.Core.Groups;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Shared;

/// <summary>What a failure group is called, wherever one is named. Pure.</summary>
public static class GroupNames
{
    private const int MostInList = 80;

    /// <summary>What the message is called in a list.</summary>
    public static string? Message(FailureGroup group) => group.Pattern == FailurePrint.OtherMessages ? "other messages" : group.Pattern;

    /// <summary>Its cause.</summary>
    public static string Title(FailureGroup group) => CauseCatalog.Find(group.Cause).Title;

    /// <summary>Its cause, and what tells it from others of that cause.</summary>
    public static string Name(FailureGroup group) => $"{Title(group)}: {(Message(group) is { } message ? Shortened(message) : PublicId.Group(group.Id))}";

    public static string Shortened(string message) => message.Length <= MostInList ? message : Lengths.Cut(message, MostInList) + "…";
}
