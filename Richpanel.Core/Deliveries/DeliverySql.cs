namespace Richpanel.Core.Deliveries;

/// <summary>Every prepared statement of the dispatcher and of a person's actions. Times are UTC ticks, enumerations numbers.</summary>
internal static class DeliverySql
{
    private const string ClaimColumns =
        """ "Id","RequestId","BodyOffset","BodyLength","Origin","Marks","EventName","MessageId","Lane","ReceivedAt","DueAt","AttemptCount","ScheduleStep","Cause","StatusCode","RetryBatchId","GroupId" """;

    /// <summary>Due deliveries in the order of their time, without those of the lanes in a JSON array; IX_Deliveries_Due alone decides.</summary>
    public const string SelectDue =
        $"""SELECT {ClaimColumns} FROM "Deliveries" WHERE "ConnectionId"=$c AND "State"=1 AND "DueAt"<=$now AND "Lane" NOT IN (SELECT "value" FROM json_each($full)) ORDER BY "DueAt","Id" LIMIT $n""";

    /// <summary>
    /// Due since a time, but none whose customer has an older one that waited: order within a customer stands. UserHash is of the
    /// same text as the lane; one without has no order to keep. Bounded, because the writer waits: of what is due the first 1,000 are
    /// looked at, and of each customer's history the last 200.
    /// </summary>
    public const string SelectLive =
        $"""SELECT {ClaimColumns} FROM (SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Due" WHERE "ConnectionId"=$c AND "State"=1 AND "DueAt">=$b AND "DueAt"<=$now AND "Lane" NOT IN (SELECT "value" FROM json_each($full)) ORDER BY "DueAt","Id" LIMIT 1000) AS d WHERE NOT EXISTS(SELECT 1 FROM (SELECT "ConnectionId","State","DueAt" FROM "Deliveries" INDEXED BY "IX_Deliveries_User" WHERE "UserHash"=d."UserHash" AND "Id"<d."Id" ORDER BY "Id" DESC LIMIT 200) AS e WHERE e."ConnectionId"=$c AND e."State"=1 AND e."DueAt"<$b) ORDER BY "DueAt","Id" LIMIT $n""";

    public const string IsLeftBefore = """SELECT EXISTS(SELECT 1 FROM "Deliveries" WHERE "ConnectionId"=$c AND "State"=1 AND "DueAt"<$b)""";

    public const string NextDue =
        """SELECT "DueAt" FROM "Deliveries" WHERE "ConnectionId"=$c AND "State"=1 AND "Lane" NOT IN (SELECT "value" FROM json_each($full)) ORDER BY "DueAt","Id" LIMIT 1""";

    /// <summary>Claims whose time is over; served by IX_Deliveries_Claimed.</summary>
    public const string SelectExpired =
        $"""SELECT {ClaimColumns} FROM "Deliveries" WHERE "ConnectionId"=$c AND "State"=2 AND "ClaimedUntil"<=$now ORDER BY "Id" """;

    public const string Claim =
        """UPDATE "Deliveries" SET "State"=2,"ClaimedUntil"=$u WHERE "Id"=$id AND "State"=1""";

    /// <summary>A claim that never started: as if it had not been made.</summary>
    public const string Release =
        """UPDATE "Deliveries" SET "State"=1,"ClaimedUntil"=NULL WHERE "Id"=$id AND "State"=2""";

    /// <summary>Keeps its due time, and with it its place in the lane.</summary>
    public const string Orphan =
        """UPDATE "Deliveries" SET "State"=1,"ClaimedUntil"=NULL,"Marks"="Marks"|1,"Cause"=$k WHERE "Id"=$id AND "State"=2""";

    /// <summary>A mark of a possible repeat that was set while the delivery was being sent stays.</summary>
    private const string Outcome =
        """ "State"=$s,"Stage"=$g,"Marks"=$m|("Marks"&1),"DueAt"=$due,"ClaimedUntil"=NULL,"AttemptCount"=$a,"ScheduleStep"=$step,"Cause"=$k,"StatusCode"=$h,"LastAttemptAt"=COALESCE($l,"LastAttemptAt"),"EndedAt"=$e """;

    public const string Record = $"""UPDATE "Deliveries" SET {Outcome} WHERE "Id"=$id AND "State"=2""";

    /// <summary>A failure, with its group in the same statement: whatever does not fail leaves the groups' index alone.</summary>
    public const string RecordFailure = $"""UPDATE "Deliveries" SET {Outcome},"GroupId"=$group WHERE "Id"=$id AND "State"=2""";

    /// <summary>Is an earlier delivery of the lane waiting for a retry? Served by IX_Deliveries_LaneRetry, which a first attempt never touches.</summary>
    public const string EarlierRetryInLane =
        """SELECT EXISTS(SELECT 1 FROM "Deliveries" WHERE "ConnectionId"=$c AND "Lane"=$lane AND "Id"<$id AND "AttemptCount">0 AND "State" IN (1,2))""";

    public const string InsertExchange =
        """INSERT INTO "Exchanges" ("StartedAt","Url","Size","StatusCode","ResponseHeaders","ResponseBody","ResponseLength","DnsMs","ConnectMs","TlsMs","WaitMs","ReadMs","TotalMs") VALUES ($t,$u,$n,$s,$h,$b,$l,$d,$c,$tls,$w,$r,$all) RETURNING "Id" """;

    public const string InsertMappedCall =
        """INSERT INTO "MappedCalls" ("DeliveryId","Content","Notes","MapperVersion","ConnectionVersion","MappedAt") VALUES ($d,$c,$n,$m,$v,$t) RETURNING "Id" """;

    public const string InsertAttempt =
        """INSERT INTO "Attempts" ("DeliveryId","Number","Trigger","ExchangeId","MappedCallId","Outcome","Cause","MayRepeat","ConnectionVersion","SecretFingerprint","StartedAt","NextDueAt","RetryBatchId") VALUES ($d,$n,$t,$x,$m,$o,$k,$r,$v,$f,$at,$due,$b)""";

    /// <summary>In place of none, of one that is over, or of one that ends sooner.</summary>
    public const string Hold =
        """UPDATE "Connections" SET "HoldCause"=$k,"HoldSince"=CASE WHEN "HoldUntil">$now THEN "HoldSince" ELSE $now END,"HoldUntil"=$u WHERE "Id"=$id AND ("HoldCause" IS NULL OR "HoldUntil"<=$now OR "HoldUntil"<$u OR ("HoldUntil" IS NOT NULL AND $u IS NULL))""";

    public const string HoldOfVersion = Hold + """ AND "Version"=$v""";

    /// <summary>The first acceptance of the secret that is stored now; any later one changes nothing.</summary>
    public const string AcceptSecret =
        """UPDATE "Connections" SET "SecretAcceptedAt"=$at WHERE "Id"=$id AND "SecretFingerprint"=$f AND "SecretAcceptedAt" IS NULL""";

    private const string Recover = """ "RecoveryBefore"=$now,"RecoveryRate"=$r,"RecoveryProbes"=$p """;

    /// <summary>Nobody chose now; what somebody chose for a stop before, and was not used up, stands where it is stricter.</summary>
    private const string RecoverByItself = """ "RecoveryBefore"=$now,"RecoveryRate"=MIN(COALESCE("RecoveryRate",$r),$r) """;

    /// <summary>Also before the time that the other side asked for: a person knows more.</summary>
    public const string ProbeNow =
        """UPDATE "Connections" SET "BreakerUntil"=MIN("BreakerUntil",$now),"PostponedUntil"=NULL WHERE "Id"=$id AND "BreakerSince" IS NOT NULL AND ("BreakerUntil">$now OR "PostponedUntil">$now)""";

    public const string OpenBreaker =
        """UPDATE "Connections" SET "BreakerCause"=$k,"BreakerSince"=COALESCE("BreakerSince",$now),"BreakerUntil"=$u,"BreakerProbes"=$n WHERE "Id"=$id""";

    public const string CloseBreaker =
        $"""UPDATE "Connections" SET "BreakerCause"=NULL,"BreakerSince"=NULL,"BreakerUntil"=NULL,"BreakerProbes"=0,{RecoverByItself} WHERE "Id"=$id AND "BreakerSince" IS NOT NULL""";

    public const string PassProbe =
        """UPDATE "Connections" SET "RecoveryProbes"="RecoveryProbes"-1 WHERE "Id"=$id AND "RecoveryProbes">0""";

    /// <summary>Of exactly this catching up: another stop may have ended meanwhile.</summary>
    public const string CatchUp =
        """UPDATE "Connections" SET "RecoveryBefore"=NULL,"RecoveryRate"=NULL,"RecoveryProbes"=0 WHERE "Id"=$id AND "RecoveryBefore"=$b""";

    public const string Postpone =
        """UPDATE "Connections" SET "PostponedUntil"=$u WHERE "Id"=$id AND ("PostponedUntil" IS NULL OR "PostponedUntil"<$u)""";

    public const string Pause =
        """UPDATE "Connections" SET "PausedAt"=COALESCE("PausedAt",$now),"PausedUntil"=$u WHERE "Id"=$id""";

    public const string Resume =
        $"""UPDATE "Connections" SET "PausedAt"=NULL,"PausedUntil"=NULL,{Recover} WHERE "Id"=$id AND "PausedAt" IS NOT NULL""";

    /// <summary>An open breaker is not closed by a wish: its probe goes out now.</summary>
    public const string ReleaseHold =
        $"""UPDATE "Connections" SET "HoldCause"=NULL,"HoldSince"=NULL,"HoldUntil"=NULL,"PostponedUntil"=NULL,"BreakerUntil"=CASE WHEN "BreakerUntil">$now THEN $now ELSE "BreakerUntil" END,{Recover} WHERE "Id"=$id AND ("HoldCause" IS NOT NULL OR "PostponedUntil" IS NOT NULL OR "BreakerUntil">$now)""";

    /// <summary>Takes away what has ended by its own clock, so that no page shows it any more.</summary>
    public const string EndHold =
        $"""UPDATE "Connections" SET "HoldCause"=NULL,"HoldSince"=NULL,"HoldUntil"=NULL,{RecoverByItself} WHERE "Id"=$id AND "HoldUntil"<=$now""";

    public const string EndPause =
        $"""UPDATE "Connections" SET "PausedAt"=NULL,"PausedUntil"=NULL,{RecoverByItself} WHERE "Id"=$id AND "PausedUntil"<=$now""";

    public const string EndPostponement =
        """UPDATE "Connections" SET "PostponedUntil"=NULL WHERE "Id"=$id AND "PostponedUntil"<=$now""";
}
