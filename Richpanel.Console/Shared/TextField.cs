namespace Richpanel.Console.Shared;

/// <summary>How much a field whose whole text goes to the server in one message may hold.</summary>
public static class TextField
{
    /// <summary>Of one message of a circuit. A longer one ends the circuit, and with it what the person had on the screen.</summary>
    public const int MessageBytes = 256 * 1024;

    /// <summary>
    /// In characters: more than the longest call that is received (32 KiB), and even if each takes six bytes in JSON they fit into one
    /// message. Fields give it as <c>maxlength</c>; app.js refuses a longer paste with words instead of cutting it.
    /// </summary>
    public const int Most = 40_000;
}
