namespace Richpanel.Tests.Mapping;

/// <summary>
/// Every event name of segment.md section 4, typed from there and not from the product: today's names and the older ones.
/// </summary>
internal static class SegmentSpec
{
    public static IReadOnlyList<string> EventNames { get; } =
    [
        // 4.1 ecommerce v2, then its older names
        "Products Searched", "Product List Viewed", "Product List Filtered", "Promotion Viewed", "Promotion Clicked", "Product Clicked",
        "Product Viewed", "Product Added", "Product Removed", "Cart Viewed", "Checkout Started", "Checkout Step Viewed",
        "Checkout Step Completed", "Payment Info Entered", "Order Completed", "Order Updated", "Order Refunded", "Order Cancelled",
        "Coupon Entered", "Coupon Applied", "Coupon Removed", "Coupon Denied", "Product Added to Wishlist", "Product Removed from Wishlist",
        "Wishlist Product Added to Cart", "Product Shared", "Cart Shared", "Product Reviewed",
        "Viewed Product Category", "Viewed Promotion", "Clicked Promotion", "Clicked Product", "Viewed Product", "Added Product",
        "Removed Product", "Started Order", "Viewed Checkout Step", "Completed Checkout Step", "Completed Order", "Updated Order",

        // 4.2 the other specifications
        "Account Created", "Account Deleted", "Signed Up", "Signed In", "Signed Out", "Invite Sent", "Account Added User",
        "Account Removed User", "Trial Started", "Trial Ended",
        "Email Bounced", "Email Delivered", "Email Opened", "Email Marked as Spam", "Email Link Clicked", "Unsubscribed",
        "Live Chat Conversation Started", "Live Chat Conversation Ended", "Live Chat Message Sent", "Live Chat Message Received",
        "Application Installed", "Application Opened", "Application Updated", "Application Backgrounded", "Application Foregrounded",
        "Application Uninstalled", "Application Crashed", "Install Attributed", "Push Notification Received", "Push Notification Tapped",
        "Push Notification Bounced", "Deep Link Opened", "Deep Link Clicked",
        "Video Playback Started", "Video Playback Paused", "Video Playback Interrupted", "Video Playback Resumed",
        "Video Playback Completed", "Video Playback Exited", "Video Playback Buffer Started", "Video Playback Buffer Completed",
        "Video Playback Seek Started", "Video Playback Seek Completed", "Video Content Started", "Video Content Playing",
        "Video Content Completed", "Video Ad Started", "Video Ad Playing", "Video Ad Completed", "Video Ad Clicked", "Video Ad Skipped",
        "Experiment Viewed", "Audience Entered", "Audience Exited", "Trait Computed",
        "Conversation Started", "Conversation Ended", "Message Sent", "Message Received", "Action Invoked", "Media Generated",
        "Component Loaded", "Feedback Submitted",

        // 4.3 the synonyms and spellings named there
        "Viewed Product List", "orderCompleted", "order_completed", "ORDER COMPLETED", "Product Category Viewed",
        "Product Added to Cart from Wishlist", "Product Added from Wishlist to Cart", "Completed Order Form", "Added Product to Wishlist",
        "Viewed Product Category Page", "Order Canceled",
    ];
}
