namespace Richpanel.Console.Receiver;

/// <summary>Segment's routes (segment.md sections 0 to 2).</summary>
public static class ReceiverEndpoints
{
    public static IServiceCollection AddReceiver(this IServiceCollection services) => services;

    public static void MapReceiver(this WebApplication app)
    {
    }
}
