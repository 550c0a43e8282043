using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Access;

/// <summary>Every route of the API with every role's token, every page with every role's session, and both with nothing.</summary>
public sealed class RouteMatrixTests(RouteMatrixTests.Product product) : IClassFixture<RouteMatrixTests.Product>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task A_route_of_the_api_opens_for_whom_the_table_says()
    {
        var wrong = new List<string>();
        foreach (var route in product.Routes.Where(route => route.Page is null && !route.OrThisMachine && !route.OrThisMachineForAll && route.Needs is not null && route.Pattern.StartsWith("/api/", StringComparison.Ordinal)))
        {
            foreach (var role in Enum.GetValues<Role>().Select(role => (Role?)role).Prepend(null))
            {
                using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Address);
                if (route.Method is not ("GET" or "DELETE"))
                {
                    request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                }

                if (role is { } known)
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", product.Tokens[known]);
                }

                using var answer = await product.Nobody.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
                var isRight = role is null ? answer.StatusCode == HttpStatusCode.Unauthorized
                    : Rights.May(role.Value, route.Needs!.Value)
                        ? answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && (int)answer.StatusCode < 500
                        : answer.StatusCode == HttpStatusCode.Forbidden;
                if (!isRight)
                {
                    wrong.Add($"{route.Name} as {role?.ToString() ?? "nobody"}: {(int)answer.StatusCode}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_page_opens_for_whom_the_table_says()
    {
        var wrong = new List<string>();
        foreach (var route in product.Routes.Where(route => route.Page is not null))
        {
            foreach (var role in Enum.GetValues<Role>().Select(role => (Role?)role).Prepend(null))
            {
                using var answer = await product.Sessions[role?.ToString() ?? ""].GetAsync(new Uri(route.Address, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Ct);
                var leadsTo = answer.Headers.Location is { } location ? new Uri(product.Console.ClientOptions.BaseAddress, location).AbsolutePath : null;
                var isRight = route.Needs is not { } needs ? leadsTo is null || route.Pattern.StartsWith("/sign-in", StringComparison.Ordinal)
                    : role is null ? leadsTo == "/sign-in"
                    : Rights.May(role.Value, needs) ? leadsTo is null
                    : leadsTo == "/no-right";
                if (!isRight || (int)answer.StatusCode >= 500)
                {
                    wrong.Add($"{route.Name} as {role?.ToString() ?? "nobody"}: {(int)answer.StatusCode} {leadsTo}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    /// <summary>Neither pages nor below /api: downloads, metrics, description, probes. A download is a page's, which no token opens; the API has its own.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar/v1")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/change-log/export.csv")]
    [InlineData("/about/support.json")]
    [InlineData("/deliveries/export")]
    [InlineData("/sandbox/export.json")]
    [InlineData("/backups/nobody/file")]
    public async Task A_route_beside_the_api_opens_for_whom_the_table_says(string address)
    {
        var wrong = new List<string>();
        var route = product.Routes.Single(route => route.Page is null && Fits(route.Pattern, address));
        foreach (var (who, role, http, token) in product.Everybody())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (token is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
            var opens = answer.StatusCode == HttpStatusCode.OK || (answer.StatusCode == HttpStatusCode.NotFound && address == "/backups/nobody/file");   // let in, and there is none
            var mayAsk = token is null || address is not ("/change-log/export.csv" or "/about/support.json" or "/deliveries/export" or "/sandbox/export.json" or "/backups/nobody/file");
            if (opens != (route.Needs is not { } needs || (mayAsk && role is { } known && Rights.May(known, needs))) || (int)answer.StatusCode >= 500)
            {
                wrong.Add($"{route.Name} as {who}: {(int)answer.StatusCode} {answer.Headers.Location}");
            }
        }

        Assert.Empty(wrong);
    }

    private static bool Fits(string pattern, string address) =>
        address == pattern || (pattern == "/backups/{name}/file" && address == "/backups/nobody/file") || (pattern.Contains("{documentName", StringComparison.Ordinal) && address.StartsWith(pattern[..pattern.IndexOf('{', StringComparison.Ordinal)], StringComparison.Ordinal));

    [Fact]
    public void Nothing_of_the_api_is_open_to_nobody() =>
        Assert.Empty(product.Routes.Where(route => route.Needs is null && route.Pattern.StartsWith("/api/", StringComparison.Ordinal)).Select(route => route.Name));

    [Fact]
    public void Only_the_pages_of_the_door_are_open_to_nobody() => Assert.Equal(
        ["/error", "/join/{PersonId}", "/set-up", "/sign-in", "/sign-in/arrival", "/sign-in/code", "/sign-out"],
        product.Routes.Where(route => route.Page is not null && route.Needs is null).Select(route => route.Pattern));

    public sealed class Product : IAsyncLifetime
    {
        public ConsoleUnderTest Console { get; } = new();

        internal IReadOnlyList<GuardedRoute> Routes { get; private set; } = [];

        public Dictionary<Role, string> Tokens { get; } = [];

        public HttpClient Nobody { get; private set; } = null!;

        /// <summary>A browser's session for each role; empty: nobody, from another machine.</summary>
        internal Dictionary<string, HttpClient> Sessions { get; } = new(StringComparer.Ordinal);

        /// <summary>Nobody, each role's session and each role's token; all from another machine, which no right of this one helps.</summary>
        internal IEnumerable<(string Who, Role? Role, HttpClient Http, string? Token)> Everybody() =>
        [
            ("nobody", null, Nobody, null),
            .. Enum.GetValues<Role>().Select(role => ($"{role} by cookie", (Role?)role, Sessions[role.ToString()], (string?)null)),
            .. Enum.GetValues<Role>().Select(role => ($"{role} by token", (Role?)role, Nobody, (string?)Tokens[role])),
        ];

        public async ValueTask InitializeAsync()
        {
            Console.UseKestrel(0);
            Console.StartServer();
            Routes = RouteMatrix.Of(Console.Services.GetRequiredService<EndpointDataSource>());
            Nobody = Console.Browser();
            Nobody.DefaultRequestHeaders.Add("Via", "1.1 somewhere");
            Sessions[""] = Nobody;
            var store = Console.Services.GetRequiredService<ApiTokenStore>();
            foreach (var role in Enum.GetValues<Role>())
            {
                Tokens[role] = (await store.CreateAsync(Actor.System, new ApiTokenDraft(role.ToString(), role, [], null))).Bearer!;
                Sessions[role.ToString()] = await Console.SignInAsync(role);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var session in Sessions.Values)
            {
                session.Dispose();
            }

            await Console.DisposeAsync();
        }
    }
}
