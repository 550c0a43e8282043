using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Tests.Architecture;
using Richpanel.Tests.Pages;

namespace Richpanel.Tests.Access;

/// <summary>
/// Every button of every page under every role: on for whom the table says, off for the others with words that say why, and without
/// effect for whoever lost the right while the page was open.
/// </summary>
public sealed partial class ComponentMatrixTests
{
    public static TheoryData<string> Actions => [.. ComponentActions.All.Select(NameOf)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Actions))]
    public async Task A_button_is_on_for_whom_the_table_says_and_tells_the_others_why_it_is_off(string name)
    {
        var action = Find(name);
        await using var pages = new PagesUnderTest();
        var open = await action.Open(pages);
        foreach (var role in Enum.GetValues<Role>())
        {
            if (!Rights.May(role, PolicyOf(action.Page)))
            {
                Assert.False(Rights.May(role, action.Needs));   // the page itself is refused: RouteMatrixTests
                continue;
            }

            pages.Role = role;
            var page = await OpenAsync(open);
            if (action.NotFor is { } more && Rights.May(role, more))
            {
                Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == action.Button);
            }
            else if (Rights.May(role, action.Needs))
            {
                await PrepareAsync(page, action);
                page.Eventually(() => Assert.False(IsOff(page.Button(action.Button)), $"off for {role}"));
            }
            else
            {
                IsRefused(page, action, role);
            }
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Actions))]
    public async Task A_button_works_for_the_least_role_that_may_and_whoever_lost_that_changes_nothing_and_reads_why_in_place(string name)
    {
        var action = Find(name);
        await using var pages = new PagesUnderTest();
        var open = await action.Open(pages);
        pages.Role = Rights.LeastRole(action.Needs);
        var page = await OpenAsync(open);
        await PrepareAsync(page, action);
        var before = await StateAsync(pages);

        pages.Role = Rights.LeastRole(action.Needs) - 1;
        await PressAsync(page, action);
        page.EventuallySays(new ForbiddenException(action.Needs).Message);
        Assert.Equal(before, await StateAsync(pages));

        pages.Role = Rights.LeastRole(action.Needs);
        page = await OpenAsync(open);
        await PrepareAsync(page, action);
        await PressAsync(page, action);
        page.EventuallySays(action.Says ?? "");
        Assert.Equal(action.Says is null, before != await StateAsync(pages));
    }

    [Fact]
    public void Every_handler_of_every_component_is_in_the_table_or_asks_for_nothing_for_a_reason()
    {
        var known = ComponentActions.All.Select(action => $"{action.Component}: {action.Handler}")
            .Concat(ComponentActions.Open.Select(open => $"{open.Component}: {open.Handler}")).Distinct();

        var written = Components().SelectMany(file => Handler().Matches(file.Text).Select(match => $"{file.Name}: {match.Groups[1].Value}")).Distinct();

        Assert.Equal(written.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_component_hears_a_click_or_a_form_in_a_way_that_the_test_above_does_not_find() =>
        Assert.Empty(Components().Where(file => Trigger().Count(file.Text) != Handler().Count(file.Text) || OtherWay().IsMatch(file.Text)).Select(file => file.Name));

    private static string NameOf(ComponentAction action) => $"{action.Component}: {action.What}";

    private static ComponentAction Find(string name) => ComponentActions.All.Single(action => NameOf(action) == name);

    private static Permission PolicyOf(Type page) => Enum.Parse<Permission>(page.GetCustomAttribute<AuthorizeAttribute>()!.Policy!);

    /// <summary>Off, or not there where the way to it is off, too; the words stand with the button, or at least on the page.</summary>
    private static void IsRefused(IRenderedComponent<IComponent> page, ComponentAction action, Role role)
    {
        var why = $"Your role may not do this. It needs {Rights.Word(Rights.LeastRole(action.Needs))}: who may {Rights.What(action.Needs)}.";
        page.EventuallySays(why);
        Assert.All(page.FindAll("button").Where(button => button.Words() == action.Button), button =>
        {
            Assert.True(IsOff(button), $"on for {role}");
            var fieldset = button.Closest("fieldset[disabled]")!;
            Assert.Contains(why, fieldset.QuerySelector($"#{fieldset.GetAttribute("aria-describedby")}")!.Words(), StringComparison.Ordinal);
        });
    }

    private static bool IsOff(IElement button) => button.HasAttribute("disabled") || button.Closest("fieldset[disabled]") is not null;

    private static Task<IRenderedComponent<IComponent>> OpenAsync(Func<IRenderedComponent<IComponent>> open)
    {
        var page = open();
        page.Eventually(() => Assert.DoesNotContain("Loading ", page.Words(), StringComparison.Ordinal));
        return Task.FromResult(page);
    }

    private static Task PrepareAsync(IRenderedComponent<IComponent> page, ComponentAction action) => page.InvokeAsync(() => action.Prepare?.Invoke(page));

    /// <summary>As a person does; bUnit asks no fieldset, so a button that is off would let it through to the server, as a forged message does.</summary>
    private static async Task PressAsync(IRenderedComponent<IComponent> page, ComponentAction action)
    {
        foreach (var words in new[] { action.Button, action.Yes }.OfType<string>())
        {
            page.Eventually(() => Assert.NotNull(page.Button(words)));
            if (words == action.Yes)
            {
                await page.InvokeAsync(() => action.Fill?.Invoke(page));
            }

            await page.InvokeAsync(() => page.Button(words) is var button && button.GetAttribute("type") == "submit" ? button.Closest("form")!.SubmitAsync() : button.ClickAsync(new()));
        }
    }

    /// <summary>Whatever an action may change.</summary>
    private static async Task<string> StateAsync(PagesUnderTest pages)
    {
        await using var context = pages.App.Read();
        return JsonSerializer.Serialize(new
        {
            Connections = await context.Connections.AsNoTracking().ToListAsync(Ct),
            Sources = await context.Sources.AsNoTracking().ToListAsync(Ct),
            Deliveries = await context.Deliveries.AsNoTracking().ToListAsync(Ct),
            People = await context.People.AsNoTracking().ToListAsync(Ct),
            Tokens = await context.ApiTokens.AsNoTracking().ToListAsync(Ct),
            Notes = await context.DeliveryNotes.AsNoTracking().ToListAsync(Ct),
            Pins = await context.Pins.AsNoTracking().ToListAsync(Ct),
            Lines = await context.ChangeLog.LongCountAsync(Ct),
        });
    }

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    private static IEnumerable<(string Name, string Text)> Components() => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "Richpanel.Console"), "*.razor", SearchOption.AllDirectories)
        .Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)));

    /// <summary>What hears a click, a question that was confirmed, or a form that is sent.</summary>
    [GeneratedRegex(@"(?:@onclick|@onsubmit|@onpointer\w+|\bOnClick|\bOnConfirmed)=""([^""]+)""")]
    private static partial Regex Handler();

    [GeneratedRegex(@"(?:@onclick|@onsubmit|@onpointer\w+|\bOnClick|\bOnConfirmed)\s*=(?!>)")]
    private static partial Regex Trigger();

    [GeneratedRegex(@"<EditForm|@ondblclick|@onmouse|@ontouch|OnValidSubmit|AddAttribute")]
    private static partial Regex OtherWay();
}
