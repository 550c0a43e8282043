namespace Richpanel.Tests;

public sealed class PublicIdTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(long.MaxValue)]
    public void A_public_id_leads_back_to_its_key(long key) =>
        Assert.Equal(key, Core.PublicId.Parse(Core.PublicId.Delivery(key), "dlv"));

    [Theory]
    [InlineData("dlv_")]
    [InlineData("con_1")]
    [InlineData("dlv_!")]
    [InlineData("dlv_zzzzzzzzzzzzz")]
    public void What_is_no_public_id_is_refused(string text) => Assert.Null(Core.PublicId.Parse(text, "dlv"));
}
