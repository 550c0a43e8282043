namespace Richpanel.Core.Retries;

/// <summary>Statements on many items at once. Times are UTC ticks, enumerations numbers.</summary>
internal static class RetrySql
{
    /// <summary>One piece of a plan: a JSON array of [delivery, connection, state, attempts].</summary>
    public const string InsertItems =
        """INSERT INTO "RetryItems" ("BatchId","DeliveryId","ConnectionId","SeenState","SeenAttempts","State") SELECT $b,json_extract("value",'$[0]'),json_extract("value",'$[1]'),json_extract("value",'$[2]'),json_extract("value",'$[3]'),1 FROM json_each($rows)""";

    /// <summary>What goes next of one connection, in the order it was received.</summary>
    public const string NextItems =
        """SELECT "DeliveryId","SeenState","SeenAttempts" FROM "RetryItems" INDEXED BY "IX_RetryItems_Planned" WHERE "BatchId"=$b AND "ConnectionId"=$c AND "State"=1 ORDER BY "DeliveryId" LIMIT $n""";

    public const string IsAnyPlanned =
        """SELECT EXISTS(SELECT 1 FROM "RetryItems" INDEXED BY "IX_RetryItems_Planned" WHERE "BatchId"=$b AND "State"=1)""";

    /// <summary>Only once: what is queued already stays so.</summary>
    public const string MarkItem =
        """UPDATE "RetryItems" SET "State"=$s,"SentId"=$d,"Reason"=$r WHERE "BatchId"=$b AND "DeliveryId"=$id AND "State"=1""";

    public const string CountSkip =
        """INSERT INTO "RetryCounts" ("BatchId","State","Cause","Count") VALUES ($b,0,$k,1) ON CONFLICT DO UPDATE SET "Count"="Count"+1""";

    public const string DeleteItems =
        """DELETE FROM "RetryItems" WHERE "BatchId"=$b AND "DeliveryId" IN (SELECT "DeliveryId" FROM "RetryItems" WHERE "BatchId"=$b ORDER BY "DeliveryId" LIMIT $n)""";

    /// <summary>Whose event another delivery got accepted or is sending: of a JSON array of ids. At most so many rows of one message id are looked at.</summary>
    public static readonly string SentElsewhere =
        $"""
        SELECT d."Id" FROM json_each($ids) j CROSS JOIN "Deliveries" d ON d."Id"=j."value" WHERE EXISTS(
        SELECT 1 FROM (SELECT t."Id" AS i,t."State" AS s,t."MessageId" AS m FROM "Deliveries" t INDEXED BY "IX_Deliveries_Message"
        WHERE t."ConnectionId"=d."ConnectionId" AND t."MessageHash"=d."MessageHash" LIMIT {RetryRules.MostTwins}) WHERE s IN (1,2,3) AND i<>d."Id" AND m=d."MessageId")
        """;
}
