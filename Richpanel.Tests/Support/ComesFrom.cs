using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Richpanel.Tests.Support;

/// <summary>Gives every request of a test an address, which the in-memory server has none of.</summary>
public sealed class ComesFrom(IPAddress address) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, step) =>
        {
            context.Connection.RemoteIpAddress = address;
            return step(context);
        });
        next(app);
    };
}
