using Richpanel.Core.Access;

namespace Richpanel.Core.Privacy;

/// <summary>
/// How much somebody may see: everything, everything of one delivery, or personal data masked. Every query that gives personal data
/// asks for one, and what it gives back is masked already, so no page and no route can forget to. The default is masked.
/// </summary>
public readonly record struct Sight
{
    private readonly bool _all;
    private readonly long _one;

    private Sight(bool all, long one) => (_all, _one) = (all, one);

    /// <summary>For whoever may not see personal data, and whenever it is not known who looks.</summary>
    public static Sight Masked => default;

    /// <summary>Personal data everywhere.</summary>
    public bool IsClear => _all;

    /// <summary>What the role allows.</summary>
    public static Sight Of(Actor by) => new(by.May(Permission.SeePersonalData), 0);

    /// <summary>Of this one delivery everything. Only the unmasking gives it, after it has written down why.</summary>
    internal static Sight OfOne(long deliveryId) => new(false, deliveryId);

    public bool Shows(long deliveryId) => _all || (_one != 0 && _one == deliveryId);
}
