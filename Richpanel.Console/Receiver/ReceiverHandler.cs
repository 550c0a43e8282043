using Microsoft.AspNetCore.Http.Features;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Receiver;

/// <summary>Answers everything under the door's paths. Whatever arrives, one <see cref="SegmentAnswer"/> goes back.</summary>
internal sealed partial class ReceiverHandler(
    AddressGate addresses, SourceGate gate, BodyReader bodies, Admission admission, WebhookCheck signature, RefusalRecord record, ILogger<ReceiverHandler> log)
{
    private const int OverloadRetrySeconds = 1;
    private const int StoreRetrySeconds = 5;

    public async Task HandleAsync(HttpContext context, ReceiverRoute route)
    {
        ReceiverCors.Allow(context);
        // A preflight costs nothing but its answer, so it is counted against nobody.
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            ReceiverCors.AnswerPreflight(context);
            return;
        }

        var visit = new DoorVisit(context, route);
        BodyBuffer? body = null;
        SegmentAnswer? answer;
        try
        {
            answer = addresses.RefusalOf(context.Connection.RemoteIpAddress) ?? Greet(visit);
            if (answer is null && route.Kind == RouteKind.Settings)
            {
                await BrowserSettings.WriteAsync(context, route.Argument!);
                return;
            }

            if (answer is null)
            {
                if (route.Kind == RouteKind.Pixel)
                {
                    PixelRequest.Read(visit);
                }
                else
                {
                    body = await ReadBodyAsync(visit);
                    visit.Body = body.Written;
                }

                answer = await TakeAsync(visit);
            }
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

    /// <summary>
    /// What can be said before a body is read; null: read it. Nobody's large body is read before it is known whose it is, where that
    /// can be known.
    /// </summary>
    private SegmentAnswer? Greet(DoorVisit visit)
    {
        DemandMethod(visit);
        if (visit.Route.Kind == RouteKind.Metrics)
        {
            return SegmentAnswer.Accepted;   // the SDK's own metrics: nothing for us, but it asks for a success
        }

        visit.Source = SourceOfAddress(visit);
        return visit.Source is { } source ? gate.RefusalOf(source) : null;
    }

    private async Task<SegmentAnswer> TakeAsync(DoorVisit visit)
    {
        var shape = admission.Look(visit);
        if (visit.Source is not { } source)
        {
            source = visit.Source = gate.ByWriteKey(visit.Request, visit.AddressKey ?? shape.WriteKey);
            if (gate.RefusalOf(source) is { } tooMany)
            {
                return tooMany;
            }
        }

        var with = source.RequiresSignature || visit.Route.Received == ReceivedRoute.Webhook
            ? signature.Demand(visit.Request, source, visit.Body.Span, shape)
            : SignedWith.Neither;
        await admission.KeepAsync(visit, source, shape);
        visit.IsKept = true;
        await signature.KeptAsync(source, with);
        return visit.Route.Received == ReceivedRoute.Partner && !source.Disabled
            ? PartnerAnswer.Of(visit.Body.Slice(shape.Items[0].Offset, shape.Items[0].Length))
            : SegmentAnswer.Accepted;
    }

    /// <summary>The source where the address or a header names it; null where only the body may.</summary>
    private Source? SourceOfAddress(DoorVisit visit) => visit.Route switch
    {
        { Kind: RouteKind.Settings } => gate.ByWriteKeyOnly(visit.Request, visit.Route.Argument!),
        { Received: ReceivedRoute.Partner, Argument: null } => gate.ByPartnerSettings(visit.Request),
        { Received: ReceivedRoute.Partner or ReceivedRoute.Webhook, Argument: { } id } => gate.ByPublicId(visit.Request, id),
        _ => null,
    };

    private async ValueTask<BodyBuffer> ReadBodyAsync(DoorVisit visit)
    {
        LiftFrameworkLimit(visit.Context);
        try
        {
            return await bodies.ReadAsync(visit.Request, admission.BodyLimit(visit.Route.Received));
        }
        catch (BadHttpRequestException slow) when (slow.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            // The server's own limit on a body that trickles.
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status408RequestTimeout, CauseCatalog.ReadTimeout));
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Includes what the server says about a body that breaks the protocol. Nobody may be there to read the answer.
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status400BadRequest, CauseCatalog.BodyInterrupted));
        }
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
