using System.Globalization;
using System.Security.Cryptography;

namespace Richpanel.Console.Lab;

/// <summary>Ids for calls of the lab; each says where it comes from.</summary>
internal static class Made
{
    public static string MessageId() => $"lab-{Guid.NewGuid():N}";

    public static string AnonymousId() => $"anon-{Guid.NewGuid():D}";

    public static string OrderId() => string.Create(CultureInfo.InvariantCulture, $"L-{RandomNumberGenerator.GetInt32(100_000, 1_000_000)}");
}
