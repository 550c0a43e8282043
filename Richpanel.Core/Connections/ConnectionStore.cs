namespace Richpanel.Core.Connections;

/// <summary>Changes connections and sources: one method, one commit, then the directory is reloaded and change is raised.</summary>
public sealed class ConnectionStore(ConnectionDirectory directory)
{
    public ConnectionDirectory Directory { get; } = directory;
}
