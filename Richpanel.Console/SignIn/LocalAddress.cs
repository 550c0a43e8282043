namespace Richpanel.Console.SignIn;

/// <summary>Where to go after signing in: only to a page of this console, whatever the address asks for. Pure.</summary>
public static class LocalAddress
{
    public static string Of(string? wish) =>
        wish is ['/', ..] && (wish.Length == 1 || wish[1] is not ('/' or '\\')) && !wish.Any(char.IsControl) && !wish.Contains('\\', StringComparison.Ordinal)
            ? wish
            : "/";
}
