namespace Richpanel.Core.Storage;

/// <summary>
/// How much comes in at the door just now. In a rush senders come first, since each of them waits for its answer: whoever works
/// behind the door paces itself by this.
/// </summary>
public sealed class DoorLoad
{
    /// <summary>KiB of calls a second from which on it is a rush. Below it everything behind the door keeps up beside it.</summary>
    public const int Rush = 1500;

    private readonly RecentRate _rate = new();

    /// <summary>KiB a second; a smaller request counts as one.</summary>
    public int Now => _rate.Now();

    public bool IsRush => Now >= Rush;

    public void Add(int bytes) => _rate.Add(1 + (bytes / 1024));
}
