using MudBlazor;
using Richpanel.Core.People;

namespace Richpanel.Console.People;

/// <summary>Where a person stands, as the list says it. Pure.</summary>
/// <param name="Look">The <c>data-state</c> that gives the colour.</param>
/// <param name="Until">When it ends by itself.</param>
public sealed record PersonState(string Word, string Look, string Icon, DateTimeOffset? Until = null)
{
    public static PersonState Of(Person person, DateTimeOffset now) => person switch
    {
        { DisabledAt: not null } => new("Disabled", "canceled", Icons.Material.Outlined.Block),
        { InvitedUntil: { } until } when until <= now => new("Invitation ran out", "failed", Icons.Material.Outlined.TimerOff),
        { InvitedUntil: { } until } => new("Invited", "waiting", Icons.Material.Outlined.MailOutline, until),
        { LockoutEnd: { } until } when until > now => new("Locked out", "held", Icons.Material.Outlined.Lock, until),
        _ => new("Active", "accepted", Icons.Material.Outlined.CheckCircle),
    };
}
