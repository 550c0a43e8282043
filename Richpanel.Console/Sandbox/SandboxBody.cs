using Richpanel.Console.Shared;

namespace Richpanel.Console.Sandbox;

/// <summary>
/// Reads what is posted to the sandbox. Key and signature stand inside the body (richpanel.md section 2), so on the public address
/// anybody's body must be read before it is known whose it is: all of those together may take so much and no more, each only so long.
/// The door has a budget of its own, which a flood here cannot use up.
/// </summary>
internal sealed class SandboxBody(TimeProvider time)
{
    public const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Of all bodies that are read at the public address, before it is known whose they are.</summary>
    public const int MostAtOnce = 16 * 1024 * 1024;

    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(30);

    private readonly ByteBudget _strangers = new(MostAtOnce);

    /// <summary>The body, or the status that says why there is none. Whoever asks gives back what the body took.</summary>
    public async Task<Result> ReadAsync(HttpRequest request, bool ofStrangers)
    {
        if (request.ContentLength > MostBytes)
        {
            return Result.Refused(StatusCodes.Status413PayloadTooLarge);
        }

        using var deadline = new CancellationTokenSource(ofStrangers ? ReadTimeout : Timeout.InfiniteTimeSpan, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, request.HttpContext.RequestAborted);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var taken = 0;
        try
        {
            while (await request.Body.ReadAsync(buffer, end.Token) is var read and > 0)
            {
                if (body.Length + read > MostBytes)
                {
                    return Refused(StatusCodes.Status413PayloadTooLarge, taken);
                }

                if (ofStrangers && !_strangers.TryTake(read))
                {
                    return Refused(StatusCodes.Status429TooManyRequests, taken);
                }

                taken += ofStrangers ? read : 0;
                body.Write(buffer, 0, read);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return Refused(StatusCodes.Status408RequestTimeout, taken);
        }
        catch
        {
            _strangers.GiveBack(taken);
            throw;
        }

        return new Result(body.ToArray(), StatusCodes.Status200OK, taken);
    }

    public void GiveBack(Result read) => _strangers.GiveBack(read.Taken);

    private Result Refused(int status, int taken)
    {
        _strangers.GiveBack(taken);
        return Result.Refused(status);
    }

    /// <param name="Taken">Bytes of the budget.</param>
    internal sealed record Result(byte[]? Body, int Status, int Taken)
    {
        public static Result Refused(int status) => new(null, status, 0);
    }
}
