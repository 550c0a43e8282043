namespace Richpanel.Core.Backups;

/// <summary>A backup cannot be made, opened or restored; the message says why and what to do, and never names a passphrase.</summary>
public sealed class BackupException(string message, Exception? cause = null) : Exception(message, cause);
