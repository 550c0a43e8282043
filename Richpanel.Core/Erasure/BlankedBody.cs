using Microsoft.Data.Sqlite;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>
/// A request's body with the customer's own calls written over, for requests that carry calls of others, too. Nothing moves in it: the
/// others' calls stay where their rows say.
/// </summary>
internal sealed class BlankedBody
{
    private const string Read = """SELECT "Body","Encoding","Envelope" FROM "Requests" WHERE "Id"=$r""";

    private const string Update = """UPDATE "Requests" SET "Body"=$b,"Encoding"=$e,"Envelope"=$v WHERE "Id"=$r""";

    private readonly byte[] _body;
    private readonly BodyEncoding _encoding;
    private readonly string? _envelope;

    private BlankedBody(long requestId, byte[] body, BodyEncoding encoding, string? envelope) => (RequestId, _body, _encoding, _envelope) = (requestId, body, encoding, envelope);

    public long RequestId { get; }

    /// <summary>Null: the request is gone already.</summary>
    public static BlankedBody? Of(SqliteConnection reader, long requestId, IReadOnlyList<FoundDelivery> own, CustomerNames names)
    {
        using var command = reader.CreateCommand();
        command.CommandText = Read;
        command.Parameters.AddWithValue("$r", requestId);
        using var row = command.ExecuteReader();
        if (!row.Read())
        {
            return null;
        }

        var envelope = row.IsDBNull(2) ? null : row.GetString(2);

        // A damaged body cannot be read by anybody, so nothing of it is worth keeping.
        var body = BodyCoding.DecodeOrNull(row.GetFieldValue<byte[]>(0), (BodyEncoding)row.GetInt32(1)) is { } kept ? (byte[])kept.Clone() : [];
        foreach (var call in own)
        {
            if ((long)call.BodyOffset + call.BodyLength <= body.Length)
            {
                CustomerNames.BlankWhole(body.AsSpan(call.BodyOffset, call.BodyLength));
            }
        }

        names.Blank(body);
        var (encoded, encoding) = BodyCoding.Encode(body);
        return new BlankedBody(requestId, encoded, encoding, names.Blanked(envelope) ?? envelope);
    }

    /// <summary>False: the request went with its last delivery.</summary>
    public bool Write(WriteSession session) =>
        DeliveryRemoval.Set(session.Command(Update, "$b", "$e", "$v", "$r"), _body, (int)_encoding, _envelope, RequestId).ExecuteNonQuery() == 1;
}
