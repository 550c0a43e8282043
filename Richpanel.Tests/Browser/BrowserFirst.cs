using Richpanel.Tests.Browser;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(BrowserFirst))]

namespace Richpanel.Tests.Browser;

/// <summary>
/// The browser tests go one after another in two rows, the journeys and the rules of pages, and take longest: begun last, they would
/// run alone at the end.
/// </summary>
public sealed class BrowserFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => collection.TestCollectionDisplayName.StartsWith("Browser", StringComparison.Ordinal))];
}
