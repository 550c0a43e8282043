using System.Globalization;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Richpanel.Core.Wire;

/// <summary>A mail server and how it is spoken to.</summary>
/// <param name="Password">Opened for this one letter.</param>
public sealed record MailServer(string Host, int Port, bool Tls, bool StartTls, string? UserName, string? Password)
{
    /// <summary>Never the password.</summary>
    public override string ToString() => nameof(MailServer);
}

/// <summary>A letter of plain text.</summary>
/// <param name="Id">Stays the same when it is tried again, so that a reader may drop the second one.</param>
/// <param name="Threads">Mail programs that go by References show letters of one thread together, by the last; empty: it stands alone.</param>
public sealed record MailLetter(string From, IReadOnlyList<string> To, string Subject, string Text, string Id, IReadOnlyList<string> Threads)
{
    /// <summary>Never the addresses.</summary>
    public override string ToString() => $"{nameof(MailLetter)} {Id}";
}

/// <summary>
/// Hands a letter to a mail server. Its address is looked up and guarded as every outgoing call's; private ones are reached only where
/// the options name the host. A proxy for HTTP is not asked. It throws only when <c>ct</c> itself was canceled.
/// </summary>
public sealed class MailClient(IOptions<OutgoingOptions> outgoing, IOptions<AlertOptions> options, OwnPorts own, TimeProvider time)
{
    /// <summary>For all of it: servers that delay their greeting on purpose take some seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What is kept of the server's words.</summary>
    private const int KeptWords = 300;

    public async Task<PostOutcome> SendAsync(MailServer server, MailLetter letter, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        var phase = SendPhase.Dns;
        try
        {
            var mayBePrivate = outgoing.Value.AllowPrivateNetworks || options.Value.IsPrivateMailHost(server.Host);
            var addresses = await OutgoingAddresses.ResolveAsync(server.Host, server.Port, mayBePrivate, own, either.Token);
            phase = SendPhase.Connect;
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses, server.Port, either.Token);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            using var client = new LetterClient { Timeout = (int)Patience.TotalMilliseconds, CheckCertificateRevocation = false, ServerCertificateValidationCallback = ServerCertificates.Accept };
            phase = server.Tls || server.StartTls ? SendPhase.Tls : SendPhase.Wait;
            await client.ConnectAsync(socket, server.Host, server.Port, server.Tls ? SecureSocketOptions.SslOnConnect : server.StartTls ? SecureSocketOptions.StartTls : SecureSocketOptions.None, either.Token);
            phase = SendPhase.Wait;
            if (server.UserName is { Length: > 0 } user)
            {
                await client.AuthenticateAsync(user, server.Password ?? "", either.Token);
            }

            using var message = MessageOf(letter);
            var said = await client.SendAsync(message, either.Token);
            await LeaveAsync(client, either.Token);
            return new PostOutcome(PostClass.Taken, Taken(client.Refused(letter.To.Count)), Cut(said));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return PostOutcome.Of(ClientFaults.OfTimeout(phase));
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            ct.ThrowIfCancellationRequested();
            return Of(failure, phase);
        }
    }

    private static string Taken(string? refused) => refused is null
        ? "The mail server took it. Whether it is delivered only the mailbox shows."
        : $"The mail server took it, but {refused}. Whether the others get it only their mailboxes show.";

    private static PostOutcome Of(Exception failure, SendPhase phase) => failure switch
    {
        SmtpCommandException command => new(
            (int)command.StatusCode is >= 500 and < 600 ? PostClass.Refused : PostClass.TryLater,
            string.Create(CultureInfo.InvariantCulture, $"The mail server answered {(int)command.StatusCode} to {WhatOf(command.ErrorCode)}."),
            Cut(command.Message)),
        MailKit.Security.AuthenticationException refused => new(PostClass.Refused, "The mail server did not take user name and password.", Cut(refused.Message)),
        MailKit.ServiceNotAuthenticatedException => new(PostClass.Refused, "The mail server asks for a user name and password."),
        NotSupportedException => new(PostClass.Refused, "The mail server does not offer what was chosen: STARTTLS, or signing in."),
        ParseException => new(PostClass.Refused, "One of the addresses cannot be one."),
        SslHandshakeException { InnerException: { } inner } when ClientFaults.Of(inner, SendPhase.Tls) is var fault && fault != NetworkFault.Other => PostOutcome.Of(fault),
        SslHandshakeException => PostOutcome.Of(NetworkFault.TlsFailed),
        MailKit.ProtocolException or MailKit.ServiceNotConnectedException => new(PostClass.TryLater, "What came back is no answer of a mail server, or it broke off: check host and port."),
        _ => PostOutcome.Of(ClientFaults.Of(failure, phase)),
    };

    private static string WhatOf(SmtpErrorCode code) => code switch
    {
        SmtpErrorCode.RecipientNotAccepted => "a recipient",
        SmtpErrorCode.SenderNotAccepted => "the sender",
        SmtpErrorCode.MessageNotAccepted => "the letter",
        _ => "a command",
    };

    private static MimeMessage MessageOf(MailLetter letter)
    {
        var message = new MimeMessage { Subject = letter.Subject, Body = new TextPart("plain") { Text = letter.Text } };
        message.From.Add(MailboxAddress.Parse(letter.From));
        message.To.AddRange(letter.To.Select(MailboxAddress.Parse));
        message.MessageId = $"{letter.Id}@{message.From.Mailboxes.First().Domain}";
        foreach (var thread in letter.Threads)
        {
            message.References.Add(message.InReplyTo = $"{thread}@{message.From.Mailboxes.First().Domain}");
        }

        message.Headers.Add("Auto-Submitted", "auto-generated");   // no "I am on holiday" comes back
        return message;
    }

    /// <summary>It has been taken: whether the goodbye is answered changes nothing.</summary>
    private static async Task LeaveAsync(SmtpClient client, CancellationToken ct)
    {
        try
        {
            await client.DisconnectAsync(quit: true, ct);
        }
        catch (Exception gone) when (gone is IOException or SocketException or MailKit.ProtocolException or MailKit.CommandException or OperationCanceledException)
        {
            // As said.
        }
    }

    private static string? Cut(string? text) => text?.Length > KeptWords ? text[..KeptWords] : text;
}
