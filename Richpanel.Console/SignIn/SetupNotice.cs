using System.Text;
using Richpanel.Core.People;

namespace Richpanel.Console.SignIn;

/// <summary>
/// Once at start, where nobody can sign in yet: the setup code, on standard output and never through the logger, whose lines are kept
/// and shipped elsewhere. In Development whoever sits at the machine is admin already.
/// </summary>
internal sealed class SetupNotice(SetupCode code, IHostEnvironment host) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (host.IsDevelopment() || code.Make() is not { } made)
        {
            return;
        }

#pragma warning disable RS0030 // The one text that must not go through the logger.
        await using var output = System.Console.OpenStandardOutput();
#pragma warning restore RS0030
        await output.WriteAsync(
            Encoding.UTF8.GetBytes($"\nNobody can sign in yet. Open /set-up and give this code within 30 minutes: {made}\nIt also stands in {code.File}.\n\n"), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
