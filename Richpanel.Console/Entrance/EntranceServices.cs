using System.Globalization;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;
using Serilog.Core;

namespace Richpanel.Console.Entrance;

/// <summary>What every request passes before a feature sees it; the receiver's only the first step of it.</summary>
internal static class EntranceServices
{
    public static IServiceCollection AddEntrance(this IServiceCollection services)
    {
        services.AddOptions<ProxyOptions>().BindConfiguration("Proxies").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsCheck>();

        // Last, so that ASPNETCORE_FORWARDEDHEADERS_ENABLED, which believes everybody, believes no more than we do.
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ProxyOptions>>((forwarded, proxies) => ForwardedBy.Configure(forwarded, proxies.Value));
        services.AddSingleton<ILogEventEnricher, NoAddresses>();
        services.AddOptions<HttpsOptions>().BindConfiguration("Https");
        services.AddOptions<Microsoft.AspNetCore.HttpsPolicy.HstsOptions>().Configure<IOptions<HttpsOptions>>((hsts, https) =>
        {
            hsts.MaxAge = TimeSpan.FromDays(365);
            hsts.IncludeSubDomains = https.Value.HstsIncludeSubDomains;
        });
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = static (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = WholeSeconds.Of(rejected.Lease).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
        });
        services.AddAntiforgery(forms => forms.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        return services;
    }

    /// <summary>Before every answer, the receiver's too: whoever came by HTTPS shall not be led back to this name without it.</summary>
    public static void UseHttpsForGood(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            app.UseHsts();
        }
    }

    /// <summary>Behind the receiver, before everything else.</summary>
    public static void UseEntrance(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state => SetHeaders((HttpContext)state), context);
            return next(context);
        });
        app.UseMiddleware<RequestLog>();
    }

    /// <summary>At the last moment: whatever handles an exception takes earlier headers away.</summary>
    private static Task SetHeaders(HttpContext context)
    {
        if (Programs.Own(context.Request.Path))
        {
            AnswerHeaders.OfPrograms(context.Response);
        }

        AnswerHeaders.LeadHome(context);
        return Task.CompletedTask;
    }
}

/// <summary>Section <c>Https</c>.</summary>
public sealed class HttpsOptions
{
    /// <summary>Tell browsers that every name below this one needs HTTPS, too, for a year.</summary>
    public bool HstsIncludeSubDomains { get; init; }
}
