using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Tests.Browser;

/// <summary>Posts events to a running console as a terminal does, and sees what became of them.</summary>
public sealed class SandboxSender(IServiceProvider services, Uri address)
{
    /// <summary>The write key of the sandbox's own source.</summary>
    public string Key => services.GetRequiredService<SourceStore>().RevealWriteKey(
        services.GetRequiredService<ConnectionDirectory>().Sources.First(source => source.Name == "Sandbox"));

    /// <param name="key">Of another source; null: the sandbox's.</param>
    public async Task PostAsync(string call, string? key = null)
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes((key ?? Key) + ":")));
        using var answer = await http.PostAsync(new Uri("/v1/track", UriKind.Relative), new StringContent(call), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The delivery of a messageId once its first try has ended and it will not be tried again by itself.</summary>
    public Task<DeliveryRow> SettledAsync(string messageId) => WhenAsync(messageId, row => row.State is not (DeliveryState.Waiting or DeliveryState.Sending));

    /// <summary>The same, when it may wait for its next try.</summary>
    public Task<DeliveryRow> TriedAsync(string messageId) =>
        WhenAsync(messageId, row => row.State is not DeliveryState.Sending && (row.State is not DeliveryState.Waiting || row.AttemptCount > 0));

    private async Task<DeliveryRow> WhenAsync(string messageId, Func<DeliveryRow, bool> isThere)
    {
        var ct = TestContext.Current.CancellationToken;
        var log = services.GetRequiredService<LogReader>();
        var changes = services.GetRequiredService<DeliveryPulse>();
        while (true)
        {
            var next = changes.Next;
            var page = await log.PageAsync(LogAsk.By(Actor.System, LogQuery.All.With(new LogTerm(LogKey.Message, messageId))), LogPlace.Newest, 1, ct);
            if (page.Rows is [var line] && isThere(line.Row))
            {
                return line.Row;
            }

            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, ct));
            ct.ThrowIfCancellationRequested();
        }
    }
}
