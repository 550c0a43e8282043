using System.Net;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Api;

public sealed class SamplesApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    [Fact]
    public async Task A_sample_is_saved_listed_read_masked_by_role_and_deleted()
    {
        var made = await api.JsonAsync(
            HttpMethod.Post, "samples", """{"name":"By program","call":{"type":"track","event":"A","context":{"traits":{"email":"jane@example.com"}}}}""", HttpStatusCode.Created);
        var path = "samples/" + made.GetProperty("id").GetString();

        var listed = await api.JsonAsync(HttpMethod.Get, "samples");
        Assert.Contains(listed.EnumerateArray(), one => one.GetProperty("name").GetString() == "By program" && one.GetProperty("group").GetString() == "Saved");
        Assert.Contains(listed.EnumerateArray(), one => one.GetProperty("id").GetString() == "order-completed");
        Assert.Contains("jane@example.com", (await api.JsonAsync(HttpMethod.Get, path)).ToString(), StringComparison.Ordinal);
        using var masked = await api.CallAsync(HttpMethod.Get, path, null, Role.Viewer);
        Assert.DoesNotContain("jane", await masked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var again = await api.CallAsync(HttpMethod.Post, "samples", """{"name":"by PROGRAM","call":{}}""", Role.Qa);
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        using var gone = await api.CallAsync(HttpMethod.Delete, path, null, Role.Qa);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var missing = await api.CallAsync(HttpMethod.Get, path, null, Role.Qa);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }
}
