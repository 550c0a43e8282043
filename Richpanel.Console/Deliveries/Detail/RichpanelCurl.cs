using System.Text.Json;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;
using Richpanel.Core.Wire;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>
/// A request to Richpanel as a command that can be run: what is signed is the payload with the secret after it, so the command signs it
/// itself once its holder has put the secret in. Pure.
/// </summary>
public static class RichpanelCurl
{
    public const string SecretPlaceholder = "{{API_SECRET}}";

    public static string Of(PreviewRequest request, SignatureHash hash)
    {
        var head = string.Concat(request.Headers.Select(header => $" \\\n  -H {Quoted($"{header.Key}: {header.Value}")}"));
        if (!request.Body.Contains(RichpanelEnvelope.SignaturePlaceholder, StringComparison.Ordinal) || SafeBody(request.Body) is not { } body || Payload(body) is not (var name, var payload))
        {
            return $"curl -sS {Quoted(request.Url)}{head} \\\n  --data-raw {Quoted(request.Body)}";
        }

        var rest = string.Concat(body.Members.Where(member => member.Key != name && member.Key != "s").Select(member => $",\\\"{member.Key}\\\":\\\"{member.Value.AsText()}\\\""));
        return $$"""
            SECRET='{{SecretPlaceholder}}'   # the connection's API Secret, which is in no copy
            PAYLOAD={{Quoted(payload)}}
            SIGNATURE=$(printf '%s' "$PAYLOAD$SECRET" | {{(hash == SignatureHash.Md5 ? "md5sum" : "sha256sum")}} | cut -d ' ' -f 1)
            curl -sS {{Quoted(request.Url)}}{{head}} \
              --data-raw "{\"{{name}}\":\"$PAYLOAD\",\"s\":\"$SIGNATURE\"{{rest}}}"
            """.ReplaceLineEndings("\n");
    }

    private static JsonTree.Map? SafeBody(string body)
    {
        try
        {
            return JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(body)).Tree as JsonTree.Map;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Single and batch name it differently.</summary>
    private static (string Name, string Value)? Payload(JsonTree.Map body) =>
        body["h"]?.AsText() is { } single ? ("h", single) : body["hs"]?.AsText() is { } batch ? ("hs", batch) : null;

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
