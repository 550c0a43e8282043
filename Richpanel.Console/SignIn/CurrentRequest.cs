namespace Richpanel.Console.SignIn;

/// <summary>
/// The framework's sign-in asks for the request by this. It would be set for every request and flow along with every await, also in
/// the receiver, which has no use for it; so it is set only where people are asked who they are.
/// </summary>
internal sealed class CurrentRequest : IHttpContextAccessor
{
    private static readonly AsyncLocal<Holder?> s_current = new();

    public HttpContext? HttpContext
    {
        get => s_current.Value?.Context;
        set
        {
            // The server says it of every request: see UseFor.
        }
    }

    /// <summary>A step of the pipeline behind the receiver.</summary>
    public static async Task UseFor(HttpContext context, RequestDelegate next)
    {
        var holder = new Holder { Context = context };
        s_current.Value = holder;
        try
        {
            await next(context);
        }
        finally
        {
            holder.Context = null;   // also for whatever still runs with a copy of this flow, such as a circuit
        }
    }

    private sealed class Holder
    {
        public HttpContext? Context { get; set; }
    }
}
