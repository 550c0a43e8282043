using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Erasure;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;

namespace Richpanel.Tests.Erasure;

/// <summary>Whoever adds a table decides whether something of a customer may stand in it.</summary>
public sealed class ErasurePlacesTests
{
    [Fact]
    public void Every_table_is_a_place_or_holds_nothing_for_a_reason()
    {
        using var main = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>().UseSqlite().Options);
        using var sandbox = new SandboxDbContext(new DbContextOptionsBuilder<SandboxDbContext>().UseSqlite().Options);

        Assert.Equal(
            TablesOf(main).Concat(TablesOf(sandbox).Select(table => "sandbox." + table)).Order(StringComparer.Ordinal),
            ErasurePlaces.All.SelectMany(place => place.Tables).Concat(ErasurePlaces.HoldNothing.Keys).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_place_has_its_own_code_and_is_found_by_it()
    {
        Assert.Equal(ErasurePlaces.All.Count, ErasurePlaces.All.DistinctBy(place => place.Code).Count());
        Assert.All(ErasurePlaces.All, place => Assert.Same(place, ErasurePlaces.Find(place.Code)));
    }

    private static IEnumerable<string> TablesOf(DbContext context) => context.Model.GetEntityTypes().Select(type => type.GetTableName()!).Distinct(StringComparer.Ordinal);
}
