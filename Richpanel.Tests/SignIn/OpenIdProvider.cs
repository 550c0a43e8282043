using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Richpanel.Tests.SignIn;

/// <summary>A small OpenID provider on this machine: discovery, keys, authorize (lets everybody in as <see cref="Claims"/> say) and token with RS256 and PKCE.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    public const string ClientId = "console";
    public const string ClientSecret = "planted-client-secret-5521";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge)> _codes = new();
    private readonly WebApplication _app;

    public OpenIdProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Address,
            ["authorization_endpoint"] = Address + "/authorize",
            ["token_endpoint"] = Address + "/token",
            ["jwks_uri"] = Address + "/keys",
            ["response_types_supported"] = new[] { "code" },
            ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        }));
        _app.MapGet("/keys", Keys);
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", TokenAsync);
    }

    public string Address => _app.Urls.Single();

    /// <summary>Whom the next visitor is said to be; null: the provider refuses.</summary>
    public Dictionary<string, object>? Claims { get; set; } = Person("subject-1", "kim@example.test", "admins");

    /// <summary>Signs with a key that nobody knows.</summary>
    public bool Forges { get; set; }

    public int CodesAsked { get; private set; }

    public static Dictionary<string, object> Person(string subject, string email, params string[] roles) =>
        new() { ["sub"] = subject, ["email"] = email, ["name"] = "Kim Company", ["roles"] = roles };

    public Task StartAsync() => _app.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>The settings that lead a console here.</summary>
    public (string Key, string Value)[] Settings(params (string Key, string Value)[] more) =>
    [
        ("SignIn:OpenIdConnect:Name", "Acme"),
        ("SignIn:OpenIdConnect:Authority", Address),
        ("SignIn:OpenIdConnect:ClientId", ClientId),
        ("SignIn:OpenIdConnect:ClientSecret", ClientSecret),
        ("SignIn:OpenIdConnect:Roles:admins", "admin"),
        ("SignIn:OpenIdConnect:Roles:helpers", "support"),
        .. more,
    ];

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }

    private IResult Keys()
    {
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_rsa.ExportParameters(includePrivateParameters: false)) { KeyId = "1" });
        return Results.Json(new Dictionary<string, object> { ["keys"] = new[] { new Dictionary<string, string> { ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = "1", ["n"] = key.N, ["e"] = key.E } } });
    }

    private IResult Authorize(HttpRequest request)
    {
        CodesAsked++;
        var query = request.Query;
        if (query["client_id"] != ClientId || query["code_challenge_method"] != "S256" || query["response_type"] != "code")
        {
            return Results.BadRequest("not a code flow with PKCE");
        }

        if (Claims is null)
        {
            return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, new Dictionary<string, string?> { ["error"] = "access_denied", ["state"] = query["state"] }));
        }

        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _codes[code] = (query["nonce"]!, query["code_challenge"]!);
        return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"] }));
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var verifier = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out var asked) || asked.Challenge != verifier || form["client_secret"] != ClientSecret)
        {
            return Results.BadRequest(new Dictionary<string, string> { ["error"] = "invalid_grant" });
        }

        using var stranger = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = ClientId,
            IssuedAt = now.UtcDateTime,
            Expires = now.AddMinutes(5).UtcDateTime,
            Claims = new Dictionary<string, object>(Claims!) { ["nonce"] = asked.Nonce },
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(Forges ? stranger : _rsa) { KeyId = "1" }, SecurityAlgorithms.RsaSha256),
        });
        return Results.Json(new Dictionary<string, object> { ["id_token"] = token, ["access_token"] = "unused", ["token_type"] = "Bearer", ["expires_in"] = 300 });
    }
}
