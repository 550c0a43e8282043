using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Startup;

/// <summary>Turns what keeps the product from starting into sentences; what nobody foresaw stays an exception with its trace.</summary>
internal static partial class StartFailure
{
    /// <summary>One sentence per fault; null when the failure is not one an admin can act on.</summary>
    public static IReadOnlyList<string>? Explain(Exception failure) => failure switch
    {
        CannotStartException known => [known.Message],
        OptionsValidationException invalid => [.. invalid.Failures.Select(fault => Sentence(invalid, fault))],
        AggregateException many when many.InnerExceptions.Select(Explain).ToList() is var all && all.TrueForAll(one => one is not null) =>
            [.. all.SelectMany(one => one!)],
        IOException taken when taken.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException =>
            [$"{taken.Message} Another program, perhaps a second copy of this one, listens there: stop it or choose another address with --urls."],
        SqliteException database => [DatabaseFault.AtStart(database, "of Storage:ConnectionString")],
        StoreUnavailableException { InnerException: SqliteException database } => [DatabaseFault.AtStart(database, "of Storage:ConnectionString")],
        StoreUnavailableException store => [$"{DatabaseFault.WhileRunning(store.Fault)} {DatabaseFault.Remedy(store.Fault)} Then start again."],
        UnauthorizedAccessException denied => [$"{denied.Message} The user this runs as must be able to write to the data folder."],
        _ => null,
    };

    /// <summary>The framework's "DataAnnotation validation failed for …" put as the setting's name and what is wrong with it.</summary>
    private static string Sentence(OptionsValidationException invalid, string fault) =>
        Annotation().Match(fault) is { Success: true } match
            ? $"{Section(invalid.OptionsType)}:{match.Groups["member"].Value}: {match.Groups["error"].Value}"
            : fault;

    private static string Section(Type options) => options.Name.Replace("Options", string.Empty, StringComparison.Ordinal);

    [GeneratedRegex("^DataAnnotation validation failed for '.*?' members?: '(?<member>.*?)' with the error: '(?<error>.*)'\\.$", RegexOptions.Singleline)]
    private static partial Regex Annotation();
}
