using Richpanel.Core.Access;

namespace Richpanel.Console.People;

/// <summary>What a role is for, in one line, beside the field that gives it.</summary>
internal static class RoleWords
{
    public static string Of(Role role) => role switch
    {
        Role.Viewer => "Sees what happened; personal data stays masked.",
        Role.Support => "Also retries one delivery, and sees its personal data after giving a reason.",
        Role.Qa => "Also sees personal data and sends from the lab, to production only where a connection allows it.",
        Role.Operator => "Also pauses and releases connections, sends to any, and reads the change log.",
        Role.Admin => "Also changes connections, secrets, people and tokens.",
        _ => "",
    };
}
