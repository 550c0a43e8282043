using Microsoft.Extensions.Configuration.Json;

namespace Richpanel.Console.Startup;

/// <summary>
/// Warns about secrets that stand in an appsettings file, which is copied, committed and read by many; the environment or a file of
/// its own is the place for them. Names the setting and the file, never the value.
/// </summary>
internal static partial class SecretsInFiles
{
    private static readonly string[] s_sections = ["Bootstrap", "SignIn", "Storage"];
    private static readonly string[] s_secretNames = ["ApiSecret", "Token", "Password", "ClientSecret"];

    public static void WarnOfSecretsInFiles(this WebApplication app)
    {
        foreach (var file in ((IConfigurationRoot)app.Configuration).Providers.OfType<JsonConfigurationProvider>())
        {
            if (Path.GetFileName(file.Source.Path) is { } name && name.StartsWith("appsettings", StringComparison.OrdinalIgnoreCase))
            {
                foreach (var setting in s_sections.SelectMany(section => Secrets(file, section)))
                {
                    Found(app.Logger, setting, name);
                }
            }
        }
    }

    /// <summary>Full names of the settings below <paramref name="path"/> that hold a secret.</summary>
    internal static IEnumerable<string> Secrets(IConfigurationProvider file, string path)
    {
        foreach (var key in file.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var setting = ConfigurationPath.Combine(path, key);
            if (s_secretNames.Contains(key, StringComparer.OrdinalIgnoreCase) && file.TryGet(setting, out var value) && !string.IsNullOrEmpty(value))
            {
                yield return setting;
            }

            foreach (var below in Secrets(file, setting))
            {
                yield return below;
            }
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "{Setting} stands in {File}. Anyone who can read that file has the secret: put it into the environment, or into a file of its own named by {Setting}File")]
    private static partial void Found(ILogger logger, string setting, string file);
}
