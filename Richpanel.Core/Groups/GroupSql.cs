using System.Globalization;

namespace Richpanel.Core.Groups;

/// <summary>Every prepared statement of failure groups. Times are UTC ticks, enumerations numbers.</summary>
internal static class GroupSql
{
    /// <summary>
    /// It was resolved, and this failure is newer than that. One that was decided just before a group resolved by itself, and written just
    /// after, was not known then: nobody has said that it does not count.
    /// </summary>
    private const string ComesBack = """("State"=4 AND ($last>"StateAt" OR ("StateBy" IS NULL AND $last>"LastSeenAt")))""";

    /// <summary>The group $id, and the one it is part of, which counts the same once more for all its parts.</summary>
    private const string ItAndItsWhole = """ "Id" IN ($id,(SELECT p."MergedIntoId" FROM "FailureGroups" p WHERE p."Id"=$id)) """;

    public const string Find = """SELECT "Id" FROM "FailureGroups" WHERE "Fingerprint"=$f""";

    /// <summary>Only what is not over, a part with its whole, and was seen lately.</summary>
    public const string CountPatterns = """SELECT COUNT(*) FROM "FailureGroups" WHERE "ConnectionId"=$c AND "Stage"=$g AND "Cause"=$k AND "LastSeenAt">=$since AND COALESCE((SELECT w."State" FROM "FailureGroups" w WHERE w."Id"="FailureGroups"."MergedIntoId"),"State")<>4""";

    public const string Insert =
        """INSERT INTO "FailureGroups" ("ConnectionId","Fingerprint","Stage","Cause","StatusCode","Pattern","State","IsRegressed","StateAt","Total","StillFailed","FirstSeenAt","BeganAt","LastSeenAt") VALUES ($c,$f,$g,$k,$h,$p,1,0,$at,0,0,$at,$at,$at) RETURNING "Id" """;

    /// <summary>A failed row of an earlier version.</summary>
    public const string JoinOld = """UPDATE "Deliveries" SET "GroupId"=$group WHERE "Id"=$id AND "State"=4 AND "GroupId" IS NULL""";

    /// <summary>
    /// When a delivery's tries ($d) first went this way ($k), since somebody last asked for it: a retry by hand is a deed, not a beginning.
    /// </summary>
    public static readonly string Began = $"SELECT {BeganOf("$d", "$k")}";

    public const string IsSending = """SELECT EXISTS(SELECT 1 FROM "Deliveries" WHERE "Id"=$id AND "State"=2)""";

    /// <summary>Failed rows of an earlier version that are in no group yet. The index is otherwise empty.</summary>
    public const string IsUngroupedLeft = """EXISTS(SELECT 1 FROM "Deliveries" INDEXED BY "IX_Deliveries_Ungrouped" WHERE "State"=4 AND "GroupId" IS NULL)""";

    public const string IsPartial = $"""SELECT {IsUngroupedLeft} AS "Value" """;

    /// <summary>
    /// Failures of one commit: so many rows that are new in the group, the oldest and the newest failure, and the beginning of the newest
    /// one's flare-up, which is another one than before after a quiet time.
    /// </summary>
    public static readonly string AddFailures = string.Create(CultureInfo.InvariantCulture, $"""
        UPDATE "FailureGroups" SET
        "Total"="Total"+$n,
        "FirstSeenAt"=min("FirstSeenAt",$first),
        "BeganAt"=CASE WHEN {ComesBack} OR $began>"LastSeenAt"+{FailureGroups.Quiet.Ticks} THEN $began WHEN $began<"BeganAt" AND "BeganAt"-$last<={FailureGroups.Quiet.Ticks} THEN $began ELSE "BeganAt" END,
        "Assignee"=CASE WHEN {ComesBack} THEN NULL ELSE "Assignee" END,
        "AssigneeId"=CASE WHEN {ComesBack} THEN NULL ELSE "AssigneeId" END,
        "IsRegressed"=CASE WHEN {ComesBack} THEN 1 ELSE "IsRegressed" END,
        "StateBy"=CASE WHEN {ComesBack} THEN NULL ELSE "StateBy" END,
        "StateAt"=CASE WHEN {ComesBack} THEN $last ELSE "StateAt" END,
        "State"=CASE WHEN {ComesBack} THEN 1 ELSE "State" END,
        "LastSeenAt"=max("LastSeenAt",$last)
        WHERE {ItAndItsWhole};
        UPDATE "FailureGroupOwn" SET
        "Total"="Total"+$n,
        "FirstSeenAt"=min("FirstSeenAt",$first),
        "BeganAt"=CASE WHEN $began>"LastSeenAt"+{FailureGroups.Quiet.Ticks} THEN $began WHEN $began<"BeganAt" AND "BeganAt"-$last<={FailureGroups.Quiet.Ticks} THEN $began ELSE "BeganAt" END,
        "LastSeenAt"=max("LastSeenAt",$last)
        WHERE "GroupId"=$id
        """);

    /// <summary>A row of the group failed in another way that people say is the same thing.</summary>
    public const string TakeFromTotal = $"UPDATE \"FailureGroups\" SET \"Total\"=\"Total\"-$n WHERE {ItAndItsWhole}; UPDATE \"FailureGroupOwn\" SET \"Total\"=\"Total\"-$n WHERE \"GroupId\"=$id";

    /// <summary>Both are parts of one group, or one is part of the other.</summary>
    public const string AreOne = """SELECT (SELECT COALESCE("MergedIntoId","Id") FROM "FailureGroups" WHERE "Id"=$a)=(SELECT COALESCE("MergedIntoId","Id") FROM "FailureGroups" WHERE "Id"=$b)""";

    public const string AddStillFailed = $"""UPDATE "FailureGroups" SET "StillFailed"="StillFailed"+$n WHERE {ItAndItsWhole}; UPDATE "FailureGroupOwn" SET "StillFailed"="StillFailed"+$n WHERE "GroupId"=$id""";

    public const string AddToHour =
        """INSERT INTO "FailureGroupHours" ("GroupId","Hour","Count") VALUES ($id,$h,$n) ON CONFLICT DO UPDATE SET "Count"="Count"+excluded."Count" """;

    public const string Retried = $"""UPDATE "FailureGroups" SET "LastRetriedAt"=max(COALESCE("LastRetriedAt",0),$at) WHERE {ItAndItsWhole}; UPDATE "FailureGroupOwn" SET "LastRetriedAt"=max(COALESCE("LastRetriedAt",0),$at) WHERE "GroupId"=$id""";

    public const string EndSnoozes =
        """UPDATE "FailureGroups" SET "State"=1,"StateAt"="SnoozedUntil","StateBy"=NULL,"SnoozedUntil"=NULL,"Assignee"=NULL,"AssigneeId"=NULL WHERE "State"=3 AND "SnoozedUntil"<=$now""";

    private const string Resolve =
        """UPDATE "FailureGroups" SET "State"=4,"StateAt"=$now,"StateBy"=NULL,"SnoozedUntil"=NULL,"IsRegressed"=0,"Assignee"=NULL,"AssigneeId"=NULL WHERE "State" IN (1,2,3) AND "MergedIntoId" IS NULL""";

    /// <summary>Ignored ones stay what they are; and while rows are in no group yet, nobody knows that none is left.</summary>
    public const string ResolveQuiet = $"""{Resolve} AND "StillFailed"=0 AND "LastSeenAt"<$before AND NOT {IsUngroupedLeft}""";

    /// <summary>What is failed there can no longer be sent.</summary>
    public const string ResolveGone = $"""{Resolve} AND "ConnectionId" IN (SELECT "Id" FROM "Connections" WHERE "DeletedAt" IS NOT NULL)""";

    private const string IsRetried = """ "StillFailed"=0 AND "LastRetriedAt">="LastSeenAt" """;

    private const string OfGroup = """ "Deliveries" d INDEXED BY "IX_Deliveries_Group" """;

    /// <summary>Its own, and of its parts.</summary>
    private const string IsOfIt = """ d."GroupId" IN (SELECT g."Id" UNION ALL SELECT p."Id" FROM "FailureGroups" p WHERE p."MergedIntoId"=g."Id") """;

    /// <summary>An edited copy stands for the settled one whose place it took.</summary>
    private static readonly string s_ofCopies = string.Create(CultureInfo.InvariantCulture, $"""
        {OfGroup} JOIN "Deliveries" c ON c."CopyOf"=d."Id" AND c."Origin"={(int)Receiving.Origin.Edit} WHERE {IsOfIt} AND d."State"={(int)Deliveries.DeliveryState.Settled}
        """);

    /// <summary>
    /// Everything that was failed was sent again since the last failure, as it is or edited, something of it came through since then, and
    /// none of it is failed or on its way any more. That all of it failed in another way, or was canceled, mends nothing. Read beside the
    /// writer, because of a large group many rows are looked at; what is on its way is found first while there is any.
    /// </summary>
    public static readonly string MadeGood = $"""
        SELECT g."Id" AS "Value" FROM "FailureGroups" g WHERE g."State" IN (1,2,3) AND g."MergedIntoId" IS NULL AND {IsRetried} AND NOT {IsUngroupedLeft} AND CASE
        WHEN EXISTS(SELECT 1 FROM {OfGroup} WHERE {IsOfIt} AND d."State" IN (1,2)) THEN 0
        WHEN EXISTS(SELECT 1 FROM {s_ofCopies} AND c."State" IN (1,2)) THEN 0
        WHEN EXISTS(SELECT 1 FROM {OfGroup} WHERE {IsOfIt} AND d."State"=3 AND d."EndedAt">=g."LastSeenAt") THEN 1
        ELSE EXISTS(SELECT 1 FROM {s_ofCopies} AND c."State"=3 AND c."EndedAt">=g."LastSeenAt") END
        """;

    /// <summary>Unless something failed in it meanwhile.</summary>
    public const string ResolveMadeGood = $"""{Resolve} AND "Id"=$id AND {IsRetried}""";

    public const string ForgetHours =
        """DELETE FROM "FailureGroupHours" WHERE ("GroupId","Hour") IN (SELECT "GroupId","Hour" FROM "FailureGroupHours" WHERE "Hour"<$before LIMIT 500)""";

    /// <summary>3 and 5: by hand, alone or with many.</summary>
    public static string BeganOf(string delivery, string cause) => $"""
        (SELECT MIN(a."StartedAt") FROM "Attempts" a WHERE a."DeliveryId"={delivery} AND a."Cause"={cause}
        AND a."Number">=COALESCE((SELECT MAX(b."Number") FROM "Attempts" b WHERE b."DeliveryId"={delivery} AND b."Trigger" IN (3,5)),0))
        """;
}
