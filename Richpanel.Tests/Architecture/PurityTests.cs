using System.Text.RegularExpressions;

namespace Richpanel.Tests.Architecture;

/// <summary>Deciding is pure, doing is thin: what reads, maps, signs and classifies takes everything as an argument.</summary>
public sealed partial class PurityTests
{
    /// <summary>Folders in which every file is pure.</summary>
    private static readonly string[] s_pureFolders = ["Json", "Notes", "Causes", "Segment", "Mapping", "Privacy", "Alerts/Rules"];

    [Fact]
    public void Pure_folders_know_no_input_output_no_framework_and_no_clock()
    {
        var offences = s_pureFolders
            .SelectMany(folder => Repository.Sources("Richpanel.Core", folder))
            .SelectMany(Offences);

        Assert.Empty(offences);
    }

    [Fact]
    public void In_Wire_only_the_client_and_its_handlers_touch_the_network_or_the_clock()
    {
        var offences = Repository.Sources("Richpanel.Core", "Wire")
            .Where(file => !Edge().IsMatch(Path.GetFileName(file.Path)))
            .SelectMany(Offences);

        Assert.Empty(offences);
    }

    [Fact]
    public void Outside_Wire_nothing_in_Core_makes_an_HTTP_request()
    {
        var offences = Repository.Sources("Richpanel.Core")
            .Where(file => !file.Path.StartsWith("Richpanel.Core/Wire/", StringComparison.Ordinal))
            .Where(file => HttpUse().IsMatch(file.Code))
            .Select(file => file.Path);

        Assert.Empty(offences);
    }

    [Theory]
    [InlineData("var now = TimeProvider.System.GetUtcNow();", "TimeProvider")]
    [InlineData("using Microsoft.EntityFrameworkCore;", "Microsoft.EntityFrameworkCore")]
    [InlineData("File.ReadAllText(path)", "File.")]
    public void The_rule_sees_an_offence(string code, string word) =>
        Assert.Contains(word, Assert.Single(Offences(new Repository.SourceFile("X.cs", code))), StringComparison.Ordinal);

    [Fact]
    public void The_rule_does_not_mind_a_word_in_a_comment() =>
        Assert.Empty(Offences(new Repository.SourceFile("X.cs", "/// <summary>Not HttpClient.</summary>\nint x; // TimeProvider")));

    private static IEnumerable<string> Offences(Repository.SourceFile file) =>
        Impure().Matches(file.Code).Select(match => $"{file.Path}: {match.Value}");

    [GeneratedRegex(@"using (Microsoft\.(EntityFrameworkCore|AspNetCore|Data|Extensions)|System\.Net\.(Http|Sockets)|Serilog)|\b(TimeProvider|HttpClient|ILogger|IOptions|DbContext)\b|\b(File|Directory|Environment|Stopwatch|Random|RandomNumberGenerator)\.(?=[A-Z])|\bGuid\.(NewGuid|CreateVersion7)")]
    private static partial Regex Impure();

    [GeneratedRegex(@"^(RichpanelClient|WebhookClient|MailClient|Exchange|ClientFaults|OutgoingHandlers|OutgoingAddresses|OutgoingAddressGuard|NetworkFaults|PhaseClock)\.cs$")]
    private static partial Regex Edge();

    [GeneratedRegex(@"\b(HttpClient|SocketsHttpHandler|HttpRequestMessage)\b")]
    private static partial Regex HttpUse();
}
