using QRCoder;

namespace Richpanel.Console.SignIn;

/// <summary>The key of an authenticator app, as a picture to scan and as text to type. Pure.</summary>
internal static class AppKey
{
    private const string Issuer = "Richpanel Console";

    /// <summary>What authenticator apps read.</summary>
    public static string Address(string email, string key) =>
        $"otpauth://totp/{Uri.EscapeDataString(Issuer)}:{Uri.EscapeDataString(email)}?secret={key}&issuer={Uri.EscapeDataString(Issuer)}&digits=6";

    public static string Picture(string email, string key)
    {
        using var data = QRCodeGenerator.GenerateQrCode(Address(email, key), QRCodeGenerator.ECCLevel.M);
        using var picture = new SvgQRCode(data);
        return picture.GetGraphic(5, "#000000", "#ffffff", sizingMode: SvgQRCode.SizingMode.ViewBoxAttribute);
    }

    public static string Readable(string key) => string.Join(' ', key.ToLowerInvariant().Chunk(4).Select(part => new string(part)));
}
