using System.Text;

namespace Richpanel.Tests.Support;

/// <summary>Reading what a server says byte by byte.</summary>
internal static class Sockets
{
    /// <summary>Everything up to these words, or to the end.</summary>
    public static async Task<string> ReadUntilAsync(this Stream stream, string words, CancellationToken ct)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains(words, StringComparison.Ordinal) && await stream.ReadAsync(buffer, ct) is > 0 and var read)
        {
            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }
}
