namespace Richpanel.Console.Shared;

/// <summary>
/// Ends what a page has asked for once the person has left it. Its token can still be read then, as what was asked goes on for a
/// moment; that of a disposed source cannot.
/// </summary>
public sealed class Leaving : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public Leaving() => Token = _source.Token;

    public CancellationToken Token { get; }

    public bool IsCancellationRequested => Token.IsCancellationRequested;

    public void Dispose()
    {
        _source.Cancel();
        _source.Dispose();
    }
}
