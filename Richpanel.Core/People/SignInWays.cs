namespace Richpanel.Core.People;

/// <summary>By which ways people can sign in, beside a password of their own. The console says so at its start.</summary>
public sealed class SignInWays
{
    /// <summary>The company's own sign-in is configured: whoever has no password here comes in by it.</summary>
    public bool Company { get; set; }
}
