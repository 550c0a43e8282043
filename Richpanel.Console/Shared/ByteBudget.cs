namespace Richpanel.Console.Shared;

/// <summary>So many bytes may be held at once, whoever holds them.</summary>
internal sealed class ByteBudget(long most)
{
    private long _held;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= most)
        {
            return true;
        }

        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    public void GiveBack(int bytes) => Interlocked.Add(ref _held, -bytes);
}
