using System.Globalization;
using System.Text.Json;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Backups;

/// <summary>The first start after a restore: a line of the change log says where the data came from, which nothing else in it could.</summary>
public sealed class RestoreLine(StoragePaths paths, ChangeWriting log)
{
    public async Task WriteAsync()
    {
        if (!File.Exists(paths.RestoreNote))
        {
            return;
        }

        var note = Read();
        await log.WriteAsync(Actor.System, new Change(ChangeCatalog.BackupRestored, null, note?.Backup)
        {
            Count = note?.Waiting,
            Fields = note is null ? [] : [new FieldChange("madeAt", null, note.MadeAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)), new FieldChange("connectionsPaused", null, note.Paused.ToString(CultureInfo.InvariantCulture)), new FieldChange("retriesPaused", null, note.Retries.ToString(CultureInfo.InvariantCulture))],
        });
        File.Delete(paths.RestoreNote);
    }

    /// <summary>Null when it is not readable: that there was one is told all the same.</summary>
    private RestoreNote? Read()
    {
        try
        {
            return JsonSerializer.Deserialize<RestoreNote>(File.ReadAllText(paths.RestoreNote));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
