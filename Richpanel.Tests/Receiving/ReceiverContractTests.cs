using System.Reflection;
using System.Text.RegularExpressions;
using Richpanel.Console.Receiver;
using Richpanel.Core.Causes;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.Receiving;

/// <summary>The table that people read says what the code answers, and the code answers nothing else.</summary>
public sealed partial class ReceiverContractTests
{
    [Fact]
    public void Every_refusal_the_receivers_code_names_stands_in_the_table_with_its_status()
    {
        var table = ReceiverContract.Rows.SelectMany(row => row.Causes.Select(cause => (row.Status, cause.Code))).ToHashSet();
        var fields = typeof(CauseCatalog).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(Cause)).ToDictionary(field => field.Name, field => ((Cause)field.GetValue(null)!).Code);

        var written = Repository.Sources("Richpanel.Console", "Receiver").SelectMany(file => Refusal().Matches(file.Code))
            .Select(match => (int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), fields[match.Groups[2].Value])).Distinct().ToList();

        Assert.True(written.Count > 12);
        Assert.DoesNotContain(written, pair => !table.Contains(pair));
    }

    [Fact]
    public void Every_cause_of_a_refusal_stands_in_the_table()
    {
        Cause[] keptAnyway = [CauseCatalog.SourceDisabled, CauseCatalog.ConnectionDisabled, CauseCatalog.Duplicate];
        var refusals = Repository.Sources("Richpanel.Core", "Causes").Single(file => file.Path.EndsWith("CauseCatalog.Refusals.cs", StringComparison.Ordinal)).Code;
        var codes = Code().Matches(refusals).Select(match => match.Groups[1].Value).Except(keptAnyway.Select(cause => cause.Code));

        Assert.Empty(codes.Except(ReceiverContract.Rows.SelectMany(row => row.Causes).Select(cause => cause.Code)));
    }

    [GeneratedRegex(@"StatusCodes\.Status(\d{3})\w*,\s*CauseCatalog\.(?!Find)(\w+)")]
    private static partial Regex Refusal();

    [GeneratedRegex(@"new\(\s*""([a-z_]+)""")]
    private static partial Regex Code();
}
