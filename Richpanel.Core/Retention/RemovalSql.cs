namespace Richpanel.Core.Retention;

/// <summary>Every statement that takes deliveries and what belongs to them away. 64 is <see cref="Deliveries.DeliveryMarks.ContentRemoved"/>.</summary>
internal static class RemovalSql
{
    /// <summary>Rows by id, with what <see cref="RetentionRules"/> asks; an open privacy task counts, whoever's call it came by.</summary>
    public const string Scan =
        """
        SELECT d."Id",d."RequestId",d."State",d."ReceivedAt",d."EndedAt",d."LastAttemptAt",d."Marks",
            EXISTS(SELECT 1 FROM "Pins" p WHERE p."DeliveryId"=d."Id"),
            d."Type"=7 AND EXISTS(SELECT 1 FROM "PrivacyTasks" t WHERE t."DeliveryId"=d."Id" AND t."ClosedAt" IS NULL)
        FROM "Deliveries" d WHERE d."Id">$after ORDER BY d."Id" LIMIT $n
        """;

    /// <summary>One row as it is in the commit that removes it: somebody may have pinned or retried it meanwhile.</summary>
    public const string One =
        """
        SELECT "ConnectionId","Origin","State","ReceivedAt","EventName","Cause","StatusCode","AttemptCount","EndedAt","RetryBatchId","RequestId","LastAttemptAt","Marks","GroupId",
            EXISTS(SELECT 1 FROM "Pins" p WHERE p."DeliveryId"=d."Id"),
            EXISTS(SELECT 1 FROM "PrivacyTasks" t WHERE t."DeliveryId"=d."Id" AND t."ClosedAt" IS NULL)
        FROM "Deliveries" d WHERE d."Id"=$id
        """;

    public const string Exchanges = """SELECT a."Id",a."ExchangeId",x."Size" FROM "Attempts" a JOIN "Exchanges" x ON x."Id"=a."ExchangeId" WHERE a."DeliveryId"=$id""";

    /// <summary>
    /// Attempts of one exchange are written by one piece of work, so their ids stand together; for a batch of 25 that was split and tried one
    /// by one there are fewer than 200.
    /// </summary>
    public const string IsShared =
        """SELECT EXISTS(SELECT 1 FROM "Attempts" WHERE "Id">$a-2000 AND "Id"<$a+2000 AND "ExchangeId"=$x AND "DeliveryId"<>$id)""";

    /// <summary>As above, but of one whose delivery has still its content.</summary>
    public const string IsSharedWithContent =
        """SELECT EXISTS(SELECT 1 FROM "Attempts" a JOIN "Deliveries" d ON d."Id"=a."DeliveryId" WHERE a."Id">$a-2000 AND a."Id"<$a+2000 AND a."ExchangeId"=$x AND a."DeliveryId"<>$id AND (d."Marks"&64)=0)""";

    public const string DeleteExchange = """DELETE FROM "Exchanges" WHERE "Id"=$x""";

    public const string EmptyExchange = """UPDATE "Exchanges" SET "ResponseHeaders"=NULL,"ResponseBody"=NULL WHERE "Id"=$x""";

    public const string DeleteAttempts = """DELETE FROM "Attempts" WHERE "DeliveryId"=$id""";

    public const string ForgetMappedCalls = """UPDATE "Attempts" SET "MappedCallId"=NULL WHERE "DeliveryId"=$id AND "MappedCallId" IS NOT NULL""";

    public const string DeleteMappedCalls = """DELETE FROM "MappedCalls" WHERE "DeliveryId"=$id""";

    public const string DeletePin = """DELETE FROM "Pins" WHERE "DeliveryId"=$id""";

    public const string DeleteNotes = """DELETE FROM "DeliveryNotes" WHERE "DeliveryId"=$id""";

    public const string DeleteDelivery = """DELETE FROM "Deliveries" WHERE "Id"=$id""";

    public const string MarkRemoved = """UPDATE "Deliveries" SET "Marks"="Marks"|64 WHERE "Id"=$id""";

    /// <summary>Once nobody needs it: each delivery of it is gone, or has lost its content.</summary>
    public const string DeleteRequest =
        """DELETE FROM "Requests" WHERE "Id"=$r AND NOT EXISTS(SELECT 1 FROM "Deliveries" INDEXED BY "IX_Deliveries_Request" WHERE "RequestId"=$r AND ("Marks"&64)=0)""";

    /// <summary>Requests without a call have no deliveries that would take them along.</summary>
    public const string DeleteEmptyRequests =
        """
        DELETE FROM "Requests" WHERE "Id">$a AND "Id"<=$b AND "Id"<=(SELECT "RequestId" FROM "ExpansionCursor" WHERE "Id"=1) AND "ReceivedAt"<$t
            AND NOT EXISTS(SELECT 1 FROM "Deliveries" d INDEXED BY "IX_Deliveries_Request" WHERE d."RequestId"="Requests"."Id")
        """;

    public const string NextRequest = """SELECT "Id","ReceivedAt" FROM "Requests" WHERE "Id">$a ORDER BY "Id" LIMIT 1""";

    public const string DeleteRefused = """DELETE FROM "RejectedRequests" WHERE "Id" IN (SELECT "Id" FROM "RejectedRequests" WHERE "At"<$t ORDER BY "Id" LIMIT $n)""";

    public const string CountRefused = """SELECT COUNT(*),COALESCE(SUM(COALESCE(octet_length("Sample"),0)+octet_length("Message")),0) FROM "RejectedRequests" WHERE "At"<$t""";

    /// <summary>What is stored for a delivery beside its row; the length of a blob or text is known without reading it.</summary>
    public const string ContentBytes =
        """
        SELECT COALESCE((SELECT SUM(octet_length("Content")+COALESCE(octet_length("Notes"),0)) FROM "MappedCalls" WHERE "DeliveryId"=$id),0)
            +COALESCE((SELECT SUM((COALESCE(octet_length(x."ResponseBody"),0)+COALESCE(octet_length(x."ResponseHeaders"),0))/x."Size") FROM "Attempts" a JOIN "Exchanges" x ON x."Id"=a."ExchangeId" WHERE a."DeliveryId"=$id),0)
        """;

    public const string RequestBytes = """SELECT octet_length("Body")+COALESCE(octet_length("Envelope"),0) FROM "Requests" WHERE "Id"=$r""";

    /// <summary>Deliveries that share the request.</summary>
    public const string OfRequest = """SELECT COUNT(*) FROM "Deliveries" INDEXED BY "IX_Deliveries_Request" WHERE "RequestId"=$r AND ("Marks"&64)=0""";
}
