using System.Net;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Console.Shell;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>What a person and a program get when the console itself breaks, over HTTP on a real socket.</summary>
public sealed class ErrorPageTests : IAsyncLifetime
{
    private const string Planted = "planted-words-of-the-failure";

    private readonly ConsoleUnderTest _console;
    private Exception _failure = new InvalidOperationException(Planted);
    private HttpClient _client = null!;

    public ErrorPageTests() => _console = new(services: services => services.AddHttpContextAccessor()
        .AddSingleton<IComponentActivator>(provider => new BreaksOnDeliveries(provider.GetRequiredService<IHttpContextAccessor>(), provider, () => _failure)));

    public ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        _client = _console.CreateClient();
        return ValueTask.CompletedTask;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_page_request_that_breaks_gets_a_page_with_a_way_back_and_no_word_of_the_cause()
    {
        using var answer = await BrowseAsync("/deliveries?who=jane");

        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("The console made an error", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/deliveries\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, page, StringComparison.Ordinal);
        Assert.Contains(Planted, _console.Logs.Text, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(SQLitePCL.raw.SQLITE_BUSY, "Another process holds the database, so nothing can be written.", "End whatever holds it: a copy tool or an SQLite shell on the same file. Nothing acknowledged is lost, and it goes on by itself then.")]
    [InlineData(
        SQLitePCL.raw.SQLITE_READONLY, "The database cannot be written: it is read-only.",
        "Give the product the right to write the file and its folder, and check that the disk is not mounted read-only. Nothing acknowledged is lost, and it goes on by itself then.")]
    [InlineData(
        SQLitePCL.raw.SQLITE_CORRUPT, "The disk or the file of the database fails.",
        "Some of what is in it may be lost. Stop the product, keep a copy of the file, and restore the last backup.")]
    public async Task A_page_that_breaks_by_the_database_says_what_is_wrong_with_it_what_to_do_and_what_becomes_of_what_was_acknowledged(int code, string what, string remedy)
    {
        var sqlite = new SqliteException(Planted, code);
        foreach (var failure in new Exception[] { sqlite, StoreUnavailableException.From(new DbUpdateException("not saved", sqlite))! })
        {
            _failure = failure;

            using var answer = await BrowseAsync("/deliveries");

            var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.Contains("The database does not answer</h1>", page, StringComparison.Ordinal);
            Assert.Contains($"<p>{what} Senders are asked to come again while nothing can be written.</p>", page, StringComparison.Ordinal);
            Assert.Contains($"<p>{remedy}</p>", page, StringComparison.Ordinal);
            Assert.Contains("href=\"/deliveries\"", page, StringComparison.Ordinal);
            Assert.DoesNotContain(Planted, page, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_error_page_needs_no_circuit_and_keeps_the_headers_of_a_page()
    {
        using var answer = await BrowseAsync("/deliveries");

        Assert.DoesNotContain("<!--Blazor:{\"type\":\"server\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", string.Join(' ', answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Other_pages_still_open()
    {
        using var answer = await BrowseAsync("/lab");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("<!--Blazor:{\"type\":\"server\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _console.DisposeAsync();
    }

    private async Task<HttpResponseMessage> BrowseAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/html");
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Makes components as usual, except the frame of one page.</summary>
    private sealed class BreaksOnDeliveries(IHttpContextAccessor http, IServiceProvider services, Func<Exception> failure) : IComponentActivator
    {
        public IComponent CreateInstance(Type componentType) =>
            componentType == typeof(App) && http.HttpContext?.Request.Path == "/deliveries"
                ? throw failure()
                : (IComponent)ActivatorUtilities.CreateInstance(services, componentType);
    }
}
