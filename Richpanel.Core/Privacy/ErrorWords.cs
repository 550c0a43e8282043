using System.Collections.Frozen;

namespace Richpanel.Core.Privacy;

/// <summary>Words that errors are made of, and that are nobody's name. Numbers of up to three digits count as such words.</summary>
internal static class ErrorWords
{
    private static readonly FrozenSet<string> s_words = (
        "a an and any are as at be because been before body but by call can cannot could data date did do does down empty end error errors event events exist exists expected "
        + "expired failed failure field fields for format forbidden found from gateway get given has have header host http https id if in inactive internal invalid is it its "
        + "json key large later length limit list long loop malformed many match maximum may maybe message method minimum missing must name no none not null number object of "
        + "off on only or order out parameter parse payload permission please post property proxy put queue rate read reached received refused rejected request requests required "
        + "resource response retry route same secret send sent server service should signature size slow some soon status stopped string subscription such temporarily text than "
        + "that the there this time timeout timestamp to token too true false try type unable unauthorized unavailable undefined unexpected unknown unprocessable unsupported until "
        + "upstream url use user uses valid validation value values version wait was were while with within without wrong you your api app bad good code content "
        + "connection client customer database duplicate entity exception execution email phone address uid did sid eventid appclientid userproperties properties input output "
        + "access account action allowed denied authentication authorization aws lambda nginx cloudfront cloudflare page sign login ok success succeeded "
        + "archived blocked channel exceeded full greylisted hook mailbox prohibited quota recipient relay relaying sender server spam syntax webhook").Split(' ')
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Knows(string word) => s_words.Contains(word) || (word.Length <= 3 && word.All(char.IsAsciiDigit));
}
