using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Richpanel.Tests.SignIn;

/// <summary>Gives each request an address of another network.</summary>
internal sealed class Networks : IStartupFilter
{
    private int _last;

    public HttpContext Http(int network) => new DefaultHttpContext { Connection = { RemoteIpAddress = Of(network) } };

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, step) =>
        {
            context.Connection.RemoteIpAddress = Of(Interlocked.Increment(ref _last));
            return step(context);
        });
        next(app);
    };

    private static IPAddress Of(int network) => IPAddress.Parse($"10.{network / 65_536}.{network / 256 % 256}.{network % 256}");
}
