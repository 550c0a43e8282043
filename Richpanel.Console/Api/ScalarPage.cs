using System.Security.Cryptography;
using Scalar.AspNetCore;

namespace Richpanel.Console.Api;

/// <summary>
/// The readable API reference. The one page with headers of its own: its script starts from a line inside the page, which a nonce of
/// this one answer lets run, and it carries icons and letters as data.
/// </summary>
internal static class ScalarPage
{
    public static void Set(ScalarOptions scalar, HttpContext context)
    {
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        scalar.WithTitle("Richpanel Console API").WithNonce(nonce).DisableDefaultFonts().DisableTelemetry();
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; "
            + "font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
    }
}
