using Richpanel.Core.Access;
using Richpanel.Core.Privacy;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.Privacy;

public sealed class SightTests
{
    [Theory]
    [InlineData(Role.Viewer, false)]
    [InlineData(Role.Support, false)]
    [InlineData(Role.Qa, true)]
    [InlineData(Role.Operator, true)]
    [InlineData(Role.Admin, true)]
    public void A_role_sees_what_the_table_says(Role role, bool clear)
    {
        var sight = Sight.Of(new Actor(ActorKind.Person, 1, "Somebody", role));

        Assert.Equal((clear, clear), (sight.IsClear, sight.Shows(7)));
    }

    [Fact]
    public void A_sight_of_one_delivery_shows_no_other()
    {
        var sight = Sight.OfOne(7);

        Assert.Equal((true, false, false), (sight.Shows(7), sight.Shows(8), sight.IsClear));
    }

    [Fact]
    public void The_default_sight_is_masked() => Assert.False(default(Sight).IsClear || default(Sight).Shows(0) || default(Sight).Shows(1));

    /// <summary>Whoever else made one would show a delivery without a line in the change log.</summary>
    [Fact]
    public void Only_the_unmasking_gives_a_sight_of_one_delivery() => Assert.Equal(
        ["Richpanel.Core/Deliveries/DeliveryUnmasking.cs"],
        Repository.Sources("Richpanel.Core").Concat(Repository.Sources("Richpanel.Console")).Where(file => file.Code.Contains("Sight.OfOne(", StringComparison.Ordinal)).Select(file => file.Path));
}
