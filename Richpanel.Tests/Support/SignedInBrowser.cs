using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.People;

namespace Richpanel.Tests.Support;

/// <summary>People and their sessions, over HTTP as a browser without script has them. Needs a real socket.</summary>
internal static partial class SignedInBrowser
{
    public const string Password = "correct horse battery";

    /// <summary>Keeps cookies, follows nothing.</summary>
    public static HttpClient Browser(this ConsoleUnderTest console) =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = console.ClientOptions.BaseAddress };

    /// <summary>A person with this role who has joined.</summary>
    public static async Task<Person> AddPersonAsync(this ConsoleUnderTest console, Role role, string? email = null)
    {
        await using var scope = console.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        email ??= $"{Rights.Word(role)}-{Guid.NewGuid():N}@example.com";
        var person = new Person { Name = role.ToString(), Email = email, UserName = email, Role = role, LockoutEnabled = true };
        Assert.True((await users.CreateAsync(person, Password)).Succeeded);
        await console.Services.GetRequiredService<PeopleDirectory>().ReloadAsync(TestContext.Current.CancellationToken);
        return person;
    }

    /// <summary>The session of a new person with this role.</summary>
    public static async Task<HttpClient> SignInAsync(this ConsoleUnderTest console, Role role)
    {
        var person = await console.AddPersonAsync(role);
        var browser = console.Browser();
        using var answer = await browser.SubmitAsync("/sign-in", "sign-in", ("Input.Email", person.Email!), ("Input.Password", Password));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    /// <summary>Opens a page and sends its form, with the token the page gave.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(this HttpClient browser, string address, string form, params (string Name, string Value)[] fields)
    {
        var ct = TestContext.Current.CancellationToken;
        var page = await browser.GetStringAsync(new Uri(address, UriKind.Relative), ct);
        var token = Token().Match(page).Groups["token"].Value;
        Assert.NotEqual("", token);
        using var content = new FormUrlEncodedContent(
            [new("_handler", form), new("__RequestVerificationToken", WebUtility.HtmlDecode(token)), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await browser.PostAsync(new Uri(address, UriKind.Relative), content, ct);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"")]
    private static partial Regex Token();
}
