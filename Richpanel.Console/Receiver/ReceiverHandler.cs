using Microsoft.AspNetCore.Http.Features;
using Richpanel.Core.Causes;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Receiver;

/// <summary>Answers everything under the door's paths. Whatever arrives, one <see cref="SegmentAnswer"/> goes back.</summary>
internal sealed partial class ReceiverHandler(
    SourceGate gate, BodyReader bodies, Admission admission, WebhookCheck signature, RefusalRecord record, ILogger<ReceiverHandler> log)
{
    private const int OverloadRetrySeconds = 1;
    private const int StoreRetrySeconds = 5;

    public async Task HandleAsync(HttpContext context, ReceiverRoute route)
    {
        ReceiverCors.Allow(context);
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            ReceiverCors.AnswerPreflight(context);
            return;
        }

        var visit = new DoorVisit(context, route);
        BodyBuffer? body = null;
        SegmentAnswer answer;
        try
        {
            DemandMethod(visit);
            if (route.Kind is RouteKind.Metrics or RouteKind.Settings)
            {
                await AnswerBrowserAsync(visit);
                return;
            }

            if (route.Kind == RouteKind.Pixel)
            {
                PixelRequest.Read(visit);
            }
            else
            {
                LiftFrameworkLimit(context);
                body = await bodies.ReadAsync(context.Request, admission.BodyLimit(route.Received));
                visit.Body = body.Written;
            }

            answer = await TakeAsync(visit);
        }
        catch (RefusedException refused)
        {
            visit.Source ??= refused.Known;
            answer = refused.Answer;
        }
        catch (StoreUnavailableException unavailable)
        {
            answer = ComeAgain(unavailable);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Includes what the server says about a body that breaks the protocol. Nobody may be there to read the answer.
            answer = SegmentAnswer.Refused(StatusCodes.Status400BadRequest, CauseCatalog.BodyInterrupted);
        }
        catch (Exception failure)
        {
            // Ours, not the sender's: it shall come again.
            Unexpected(log, failure, route.Name);
            answer = SegmentAnswer.Refused(StatusCodes.Status503ServiceUnavailable, CauseCatalog.StoreUnavailable, retryAfter: StoreRetrySeconds);
        }

        record.Write(visit, answer);
        body?.Dispose();
        await AnswerAsync(visit, answer);
    }

    private async Task<SegmentAnswer> TakeAsync(DoorVisit visit)
    {
        var request = visit.Request;
        if (visit.Route is { Received: ReceivedRoute.Partner, Argument: null })
        {
            visit.Source = gate.ByPartnerSettings(request);
        }
        else if (visit.Route.Received is ReceivedRoute.Partner or ReceivedRoute.Webhook)
        {
            visit.Source = gate.ByPublicId(request, visit.Route.Argument!);
        }

        var shape = admission.Look(visit);
        var source = visit.Source ??= gate.ByWriteKey(request, visit.AddressKey ?? shape.WriteKey);
        if (visit.Route.Received == ReceivedRoute.Webhook)
        {
            signature.Demand(request, source, visit.Body.Span, shape);
        }

        await admission.KeepAsync(visit, source, shape);
        visit.IsKept = true;
        return visit.Route.Received == ReceivedRoute.Partner && !source.Disabled
            ? PartnerAnswer.Of(visit.Body.Slice(shape.Items[0].Offset, shape.Items[0].Length))
            : SegmentAnswer.Accepted;
    }

    private async Task AnswerBrowserAsync(DoorVisit visit)
    {
        if (visit.Route.Kind == RouteKind.Settings)
        {
            await BrowserSettings.WriteAsync(visit.Context, gate.ByWriteKeyOnly(visit.Route.Argument!));
            return;
        }

        // The SDK's own metrics: nothing for us, but it asks for a success.
        await SegmentAnswer.Accepted.WriteAsync(visit.Context.Response);
    }

    private static async Task AnswerAsync(DoorVisit visit, SegmentAnswer answer)
    {
        var response = visit.Context.Response;
        if (visit.Route.Kind != RouteKind.Pixel || answer.Cause == CauseCatalog.WrongMethod)
        {
            await answer.WriteAsync(response);
            return;
        }

        // An image in a mail shows nothing but itself, whatever happened; the refusal is on record.
        response.ContentType = "image/gif";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = PixelRequest.Gif.Length;
        await response.BodyWriter.WriteAsync(PixelRequest.Gif);
    }

    private static void DemandMethod(DoorVisit visit)
    {
        if (visit.Route.Kind == RouteKind.Unknown)
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status404NotFound, CauseCatalog.NoSuchRoute));
        }

        var wanted = visit.Route.Kind is RouteKind.Pixel or RouteKind.Settings ? HttpMethods.Get : HttpMethods.Post;
        if (!HttpMethods.Equals(visit.Request.Method, wanted))
        {
            visit.Context.Response.Headers.Allow = $"{wanted}, OPTIONS";
            throw new RefusedException(SegmentAnswer.Refused(
                StatusCodes.Status405MethodNotAllowed, CauseCatalog.WrongMethod, message: $"{visit.Route.Name} takes {wanted}."));
        }
    }

    /// <summary>The door has its own limits, answered in its own form; the server's would answer first and otherwise.</summary>
    private static void LiftFrameworkLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
    }

    private static SegmentAnswer ComeAgain(StoreUnavailableException unavailable) => unavailable.Fault switch
    {
        StoreFault.Overloaded => SegmentAnswer.Refused(
            StatusCodes.Status429TooManyRequests, CauseCatalog.OverCapacity, retryAfter: OverloadRetrySeconds),
        StoreFault.Full => SegmentAnswer.Refused(
            StatusCodes.Status503ServiceUnavailable, CauseCatalog.StoreFull, retryAfter: StoreRetrySeconds),
        _ => SegmentAnswer.Refused(
            StatusCodes.Status503ServiceUnavailable, CauseCatalog.StoreUnavailable, retryAfter: StoreRetrySeconds),
    };

    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "A request to {Route} failed unexpectedly; the sender was asked to come again")]
    private static partial void Unexpected(ILogger logger, Exception failure, string route);
}
