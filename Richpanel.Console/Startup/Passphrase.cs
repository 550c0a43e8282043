using System.Text;
using Richpanel.Core.Backups;

namespace Richpanel.Console.Startup;

/// <summary>
/// Where a command takes the passphrase of a backup from: a file, the environment, or the terminal without showing it. Never from the
/// command line, which every user of the machine can read.
/// </summary>
internal static class Passphrase
{
    public const string Variable = "RICHPANEL_BACKUP_PASSPHRASE";

    /// <exception cref="BackupException">There is none, or the file cannot be read.</exception>
    /// <param name="settings">The switches of the command line.</param>
    public static string Read(IConfiguration settings, bool twice)
    {
        if (settings["passphrase"] is not null)
        {
            throw new BackupException($"A passphrase on the command line can be read by every user of this machine. Give it in a file (--passphrase-file) or in {Variable}.");
        }

        if (settings["passphrase-file"] is { Length: > 0 } file)
        {
            try
            {
                return File.ReadAllText(file).TrimEnd('\r', '\n');
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new BackupException($"The file of the passphrase cannot be read: {failure.Message}", failure);
            }
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return given;
        }

#pragma warning disable RS0030 // a command asks whoever sits at the terminal
        if (System.Console.IsInputRedirected || System.Console.IsErrorRedirected)
        {
            throw new BackupException($"Give the passphrase in a file (--passphrase-file) or in {Variable}: there is no terminal to ask for it.");
        }

        var typed = Ask("Passphrase of the key ring: ");
        return !twice || typed == Ask("The same again: ") ? typed : throw new BackupException("It was not the same twice. Nothing was done.");
    }

    private static string Ask(string question)
    {
        System.Console.Error.Write(question);
        var typed = new StringBuilder();
        while (System.Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        System.Console.Error.WriteLine();
        return typed.ToString();
    }
#pragma warning restore RS0030
}
