using Richpanel.Core.Access;
using Richpanel.Core.Connections;

namespace Richpanel.Tests.Access;

public sealed class RightsTests
{
    [Fact]
    public void Every_permission_stands_in_the_table_once() =>
        Assert.Equal(Enum.GetValues<Permission>().Order(), Rights.Table.Select(row => row.Permission).Order());

    [Fact]
    public void Every_role_may_do_something_that_the_one_before_may_not() =>
        Assert.Equal(Enum.GetValues<Role>().Order(), Rights.Table.Select(row => row.From).Distinct().Order());

    [Theory]
    [InlineData("viewer", Role.Viewer)]
    [InlineData("Admin", Role.Admin)]
    public void A_role_is_read_by_its_name(string word, Role role) => Assert.Equal(role, Rights.Parse(word));

    [Theory]
    [InlineData("5")]
    [InlineData("root")]
    [InlineData("")]
    [InlineData("admin, viewer")]
    [InlineData(null)]
    public void What_is_no_role_opens_nothing(string? word) => Assert.Null(Rights.Parse(word));

    [Fact]
    public void Who_is_not_signed_in_may_nothing() => Assert.All(Enum.GetValues<Permission>(), permission => Assert.False(Actor.Nobody(null).May(permission)));

    [Theory]
    [InlineData(true, ConnectionEnvironment.Sandbox, false, Role.Support)]
    [InlineData(false, ConnectionEnvironment.Staging, false, Role.Qa)]
    [InlineData(false, ConnectionEnvironment.Production, true, Role.Qa)]
    [InlineData(false, ConnectionEnvironment.Production, false, Role.Operator)]
    public void What_leaves_the_house_asks_for_more(bool sandbox, ConnectionEnvironment environment, bool allows, Role least)
    {
        var connection = new Connection { Name = "Shop", BaseUrl = "https://richpanel.invalid/v2", ApiKey = "key", IsSandbox = sandbox, Environment = environment, AllowsLabSends = allows };

        Assert.Equal(least, Rights.LeastRole(ConnectionRights.ToSend(connection)));
    }
}
