using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Architecture;

/// <summary>Who may know whom. A room is a folder, which is a namespace.</summary>
public sealed class RoomTests
{
    private const string Core = "Richpanel.Core";
    private const string Site = "Richpanel.Console";

    private static readonly Lazy<ArchUnitNET.Domain.Architecture> s_architecture = new(() =>
        new ArchLoader().LoadAssemblies(typeof(ConsoleDbContext).Assembly, typeof(Program).Assembly).Build());

    [Theory]
    [InlineData("Json")]
    [InlineData("Notes")]
    [InlineData("Causes")]
    [InlineData("Segment", "Json", "Notes", "Causes")]
    [InlineData("Mapping", "Segment", "Json", "Notes", "Causes", "Wire")]
    [InlineData("Wire", "Json", "Causes", "Connections", "Sandbox")]
    [InlineData("Access", "ChangeLog", "Connections", "Storage")]
    [InlineData("Privacy", "Access", "Json", "Notes")]
    [InlineData("ChangeLog", "Access", "Privacy", "Storage")]
    [InlineData("People", "Access", "ChangeLog", "Connections", "Storage")]
    [InlineData("Connections", "Access", "ChangeLog", "Mapping", "Wire", "Storage", "Causes", "Json", "Notes")]
    public void A_room_of_Core_knows_only_the_rooms_below_it(string room, params string[] below)
    {
        var strangers = Uses($"{Core}.{room}")
            .Where(use => RoomOf(use.Target, Core) is { } other && other != room && !below.Contains(other))
            .Select(Words);

        Assert.Empty(strangers.Distinct());
    }

    [Fact]
    public void Of_Wire_the_Mapper_knows_only_the_call_as_a_value() =>
        Assert.Empty(Uses($"{Core}.Mapping")
            .Where(use => RoomOf(use.Target, Core) == "Wire" && use.Target.FullName != typeof(RichpanelCall).FullName)
            .Select(Words).Distinct());

    [Fact]
    public void Of_Connections_the_Wire_knows_only_which_hash_to_sign_with() =>
        Assert.Empty(Uses($"{Core}.Wire")
            .Where(use => RoomOf(use.Target, Core) == "Connections" && use.Target.FullName != typeof(SignatureHash).FullName)
            .Select(Words).Distinct());

    [Fact]
    public void Of_the_Sandbox_the_Wire_knows_only_where_it_listens() =>
        Assert.Empty(Uses($"{Core}.Wire")
            .Where(use => RoomOf(use.Target, Core) == "Sandbox" && use.Target.Name != "SandboxEndpoint")
            .Select(Words).Distinct());

    [Fact]
    public void Deliveries_never_look_back_at_the_door() =>
        Assert.Empty(Uses($"{Core}.Deliveries")
            .Where(use => RoomOf(use.Target, Core) == "Receiving"
                && (use.Target.Name.Contains("Door", StringComparison.Ordinal) || use.Target.Name.Contains("Expan", StringComparison.Ordinal)))
            .Select(Words).Distinct());

    [Fact]
    public void Features_of_the_console_do_not_use_each_other()
    {
        // Shell puts the pages together and Shared is there to be shared; every other room stands alone.
        var strangers = Uses(Site)
            .Where(use => RoomOf(use.Origin, Site) is { } mine and not "Shell" and not "Shared"
                && RoomOf(use.Target, Site) is { } other and not "Shared"
                && mine != other
                && use.Target.FullName.StartsWith(Site, StringComparison.Ordinal))   // not a framework type made over a parameter of ours
            .Select(Words);

        Assert.Empty(strangers.Distinct());
    }

    [Fact]
    public void Pages_ask_queries_and_stores_and_never_a_database_context()
    {
        var components = typeof(Program).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IComponent)))
            .Select(type => type.FullName).ToHashSet(StringComparer.Ordinal);
        string?[] forbidden = [typeof(ConsoleDbContext).FullName, typeof(SqliteConsoleDbContext).FullName, typeof(StoreWriter).FullName, typeof(SqliteStore).FullName, typeof(DbContext).FullName, typeof(IDbContextFactory<>).FullName];

        Assert.Empty(Uses(Site)
            .Where(use => components.Contains(Outermost(use.Origin)) && forbidden.Contains(use.Target.FullName))
            .Select(Words).Distinct());
    }

    [Fact]
    public void Classes_of_Core_are_sealed_unless_something_derives_from_them()
    {
        var types = typeof(ConsoleDbContext).Assembly.GetTypes();
        var bases = types.Select(type => type.BaseType is { IsGenericType: true } b ? b.GetGenericTypeDefinition() : type.BaseType).ToHashSet();

        Assert.Empty(types
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !bases.Contains(type))
            .Where(type => type.Namespace?.StartsWith(Core, StringComparison.Ordinal) == true && !type.Namespace.Contains("Migrations", StringComparison.Ordinal))
            .Where(type => !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), false))
            .Select(type => type.FullName));
    }

    [Fact]
    public void The_console_changes_the_sandbox_only_where_the_right_is_asked() =>
        Assert.Empty(s_architecture.Value.Types.Where(type => IsIn(type, Site))
            .SelectMany(type => type.Dependencies.OfType<ArchUnitNET.Domain.Dependencies.MethodCallDependency>())
            .Where(call => call.TargetMember.FullName.Contains($"{nameof(SandboxStore)}::{nameof(SandboxStore.ClearAsync)}", StringComparison.Ordinal)
                || call.TargetMember.FullName.Contains($"{nameof(SandboxScenarios)}::{nameof(SandboxScenarios.Set)}", StringComparison.Ordinal))
            .Select(call => call.OriginMember.FullName));

    [Fact]
    public void The_rules_see_the_assemblies()
    {
        // Guards the other tests: an empty architecture would let everything pass.
        Assert.Contains(Uses($"{Core}.Storage"), use => RoomOf(use.Target, Core) == "Deliveries");
        Assert.Contains(Uses(Site), use => RoomOf(use.Target, Core) == "Receiving");
        Assert.Contains(
            s_architecture.Value.Types.Where(type => IsIn(type, Site)).SelectMany(type => type.Dependencies.OfType<ArchUnitNET.Domain.Dependencies.MethodCallDependency>()),
            call => call.TargetMember.FullName.Contains($"{nameof(SandboxControl)}::{nameof(SandboxControl.ClearAsync)}", StringComparison.Ordinal));
    }

    private static IEnumerable<(IType Origin, IType Target)> Uses(string root) =>
        s_architecture.Value.Types
            .Where(type => IsIn(type, root))
            .SelectMany(type => type.Dependencies.Select(dependency => (Origin: type, dependency.Target)));

    private static bool IsIn(IType type, string root) =>
        type.Namespace.FullName == root || type.Namespace.FullName.StartsWith(root + ".", StringComparison.Ordinal);

    /// <summary>The folder below <paramref name="root"/> a type lives in; null when it is outside or stands at the top.</summary>
    private static string? RoomOf(IType type, string root) =>
        type.Namespace?.FullName.StartsWith(root + ".", StringComparison.Ordinal) == true   // some compiler-made types have none
            ? type.Namespace.FullName[(root.Length + 1)..].Split('.')[0]
            : null;

    private static string Outermost(IType type) => type.FullName.Split('+', '/')[0];

    private static string Words((IType Origin, IType Target) use) => $"{use.Origin.FullName} knows {use.Target.FullName}";
}
