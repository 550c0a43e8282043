using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Richpanel.Core.Onboarding;

/// <summary>The first steps of an installation, in their order. Stored by name.</summary>
public enum OnboardingStep
{
    AddCredentials,
    Check,
    SendSample,
    PointSegment,
    FirstRealEvent,
}

/// <summary>A step that was once done stays done, whatever is deleted later.</summary>
public sealed class Milestone
{
    public OnboardingStep Step { get; set; }

    public DateTimeOffset At { get; set; }
}

internal sealed class MilestoneConfiguration : IEntityTypeConfiguration<Milestone>
{
    public void Configure(EntityTypeBuilder<Milestone> milestone)
    {
        milestone.ToTable("Milestones").HasKey(m => m.Step);
        milestone.Property(m => m.Step).HasConversion<string>().HasMaxLength(40);
    }
}
