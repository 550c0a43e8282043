namespace Richpanel.Core.Access;

/// <summary>Each role may do what the one before it may, and more. Stored by its name.</summary>
public enum Role
{
    Viewer = 1,
    Support = 2,
    Qa = 3,
    Operator = 4,
    Admin = 5,
}
