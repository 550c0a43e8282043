namespace Richpanel.Core.Storage;

/// <summary>The product must not start here; the message is a sentence for the admin and needs no trace.</summary>
public sealed class CannotStartException(string message) : Exception(message);
