using System.Text;
using Richpanel.Core.Causes;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

public sealed class AnswerClassificationTests
{
    /// <summary>The table of design section 6, written again by hand.</summary>
    public static TheoryData<int> EveryStatus => [.. Enumerable.Range(100, 500)];

    [Theory]
    [MemberData(nameof(EveryStatus))]
    public void Every_status_falls_into_the_class_of_the_table(int status)
    {
        var verdict = AnswerClassification.OfAnswer(status, "{}"u8, whole: true);

        var (expected, hold) = status switch
        {
            200 or 201 or 202 or 204 => (AnswerClass.Accepted, HoldRule.None),
            < 200 => (AnswerClass.TryLater, HoldRule.None),
            < 300 => (AnswerClass.Accepted, HoldRule.None),
            < 400 => (AnswerClass.Hold, HoldRule.AddressStreak),
            401 => (AnswerClass.Hold, HoldRule.AtOnce),
            403 => (AnswerClass.Hold, HoldRule.ForbiddenStreak),
            404 or 405 => (AnswerClass.Hold, HoldRule.AddressStreak),
            408 or 423 or 425 or 429 => (AnswerClass.TryLater, HoldRule.None),
            < 500 or 501 or 505 => (AnswerClass.Failed, HoldRule.None),
            _ => (AnswerClass.TryLater, HoldRule.None),
        };
        Assert.Equal((expected, hold), (verdict.Class, verdict.Hold));
        Assert.Equal(expected == AnswerClass.Accepted, verdict.Cause is null);
    }

    [Theory]
    [MemberData(nameof(EveryStatus))]
    public void Every_status_has_a_cause_with_words(int status)
    {
        if (AnswerClassification.OfAnswer(status, [], whole: true).Cause is { } cause)
        {
            Assert.Contains(CauseCatalog.All, known => known.Code == cause);
        }
    }

    [Fact]
    public void Every_fault_of_the_network_has_a_cause_with_words_and_is_never_final()
    {
        foreach (var fault in Enum.GetValues<NetworkFault>())
        {
            var verdict = AnswerClassification.OfFault(fault);
            Assert.Contains(CauseCatalog.All, known => known.Code == verdict.Cause);
            Assert.True(verdict.Class is AnswerClass.TryLater or AnswerClass.Hold, fault.ToString());
        }
    }

    [Theory]
    [InlineData("", AnswerClass.Accepted)]
    [InlineData(" \r\n", AnswerClass.Accepted)]
    [InlineData("{\"ok\":true}", AnswerClass.Accepted)]
    [InlineData("\"ok\"", AnswerClass.Accepted)]
    [InlineData("\uFEFF{\"ok\":true}", AnswerClass.Accepted)]
    [InlineData("\uFEFF", AnswerClass.Accepted)]
    [InlineData("OK", AnswerClass.TryLater)]
    [InlineData("<html></html>", AnswerClass.TryLater)]
    [InlineData("{\"ok\":", AnswerClass.TryLater)]
    [InlineData("{} {}", AnswerClass.TryLater)]
    public void A_success_counts_only_with_an_empty_or_a_JSON_body(string body, AnswerClass expected)
    {
        var verdict = AnswerClassification.OfAnswer(200, Encoding.UTF8.GetBytes(body), whole: true);

        Assert.Equal(expected, verdict.Class);
        Assert.Equal(expected == AnswerClass.Accepted ? null : "not_richpanel", verdict.Cause);
    }

    [Fact]
    public void Part_of_a_body_is_not_believed_to_be_JSON() =>
        Assert.Equal("not_richpanel", AnswerClassification.OfAnswer(200, "1"u8, whole: false).Cause);
}
