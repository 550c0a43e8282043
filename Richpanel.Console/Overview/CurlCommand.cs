namespace Richpanel.Console.Overview;

/// <summary>A command that posts one event as Segment's libraries do. Pure.</summary>
public static class CurlCommand
{
    /// <param name="address">Of the receiver, without trailing slash.</param>
    public static string Of(string address, string writeKey) =>
        $$$"""
        curl {{{address}}}/v1/track -u {{{writeKey}}}: -H 'Content-Type: application/json' \
          -d '{"userId":"user-1","event":"Order Completed","properties":{"order_id":"1001","total":49.9,"currency":"EUR"},"context":{"traits":{"email":"jane@example.com"} } }'
        """;
}
