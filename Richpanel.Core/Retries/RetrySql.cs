namespace Richpanel.Core.Retries;

/// <summary>Statements on many items at once. Times are UTC ticks, enumerations numbers.</summary>
internal static class RetrySql
{
    /// <summary>One piece of a plan: a JSON array of [delivery, connection, state, attempts].</summary>
    public const string InsertItems =
        """INSERT INTO "RetryItems" ("BatchId","DeliveryId","ConnectionId","SeenState","SeenAttempts","State") SELECT $b,json_extract("value",'$[0]'),json_extract("value",'$[1]'),json_extract("value",'$[2]'),json_extract("value",'$[3]'),1 FROM json_each($rows)""";

    /// <summary>What goes next of one connection, in the order it was received.</summary>
    public const string NextItems =
        """SELECT "DeliveryId","SeenState","SeenAttempts" FROM "RetryItems" INDEXED BY "IX_RetryItems_Planned" WHERE "BatchId"=$b AND "ConnectionId"=$c AND "State"=1 AND "DeliveryId">$a ORDER BY "DeliveryId" LIMIT $n""";

    public const string IsAnyPlanned =
        """SELECT EXISTS(SELECT 1 FROM "RetryItems" INDEXED BY "IX_RetryItems_Planned" WHERE "BatchId"=$b AND "State"=1)""";

    /// <summary>Only once: what is queued already stays so.</summary>
    public const string MarkItem =
        """UPDATE "RetryItems" SET "State"=$s,"SentId"=$d,"Reason"=$r WHERE "BatchId"=$b AND "DeliveryId"=$id AND "State"=1""";

    /// <summary>What is next of one connection, without a look at its deliveries.</summary>
    public const string SkipNext =
        """UPDATE "RetryItems" SET "State"=3,"Reason"=$r WHERE "BatchId"=$b AND "State"=1 AND "DeliveryId" IN (SELECT "DeliveryId" FROM "RetryItems" INDEXED BY "IX_RetryItems_Planned" WHERE "BatchId"=$b AND "ConnectionId"=$c AND "State"=1 ORDER BY "DeliveryId" LIMIT $n)""";

    public const string CountSkip =
        """INSERT INTO "RetryCounts" ("BatchId","State","Cause","Count") VALUES ($b,0,$k,$n) ON CONFLICT DO UPDATE SET "Count"="Count"+$n""";

    /// <summary>Only those of a batch that is gone: one that was started meanwhile keeps all of its.</summary>
    public const string DeleteItems =
        """DELETE FROM "RetryItems" WHERE "BatchId"=$b AND "DeliveryId" IN (SELECT "DeliveryId" FROM "RetryItems" WHERE "BatchId"=$b ORDER BY "DeliveryId" LIMIT $n) AND NOT EXISTS(SELECT 1 FROM "RetryBatches" WHERE "Id"=$b)""";

    /// <summary>Only those of a batch that has ended (canceled, finished): whoever goes on with one needs them.</summary>
    public const string DeleteEndedItems =
        """DELETE FROM "RetryItems" WHERE "BatchId"=$b AND "DeliveryId" IN (SELECT "DeliveryId" FROM "RetryItems" WHERE "BatchId"=$b ORDER BY "DeliveryId" LIMIT $n) AND EXISTS(SELECT 1 FROM "RetryBatches" WHERE "Id"=$b AND "State" IN (7,8))""";

    /// <summary>
    /// Each of a JSON array of ids with the <see cref="RetryTwins"/> of its event, null where there is no other. The newest of one message id are
    /// looked at, as in <see cref="RetryRules.TwinsOf"/>.
    /// </summary>
    public static readonly string Twins =
        $"""
        SELECT d."Id",(SELECT MAX(s=3)+2*MAX(s IN (1,2))+4*MAX(k&1) FROM
        (SELECT t."Id" AS i,t."State" AS s,t."Marks" AS k,t."MessageId" AS m FROM "Deliveries" t INDEXED BY "IX_Deliveries_Message"
        WHERE t."ConnectionId"=d."ConnectionId" AND t."MessageHash"=d."MessageHash" ORDER BY t."Id" DESC LIMIT {RetryRules.MostTwins}) WHERE i<>d."Id" AND m=d."MessageId")
        FROM json_each($ids) j CROSS JOIN "Deliveries" d ON d."Id"=j."value"
        """;
}
