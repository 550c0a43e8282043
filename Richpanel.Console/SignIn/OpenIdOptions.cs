using Microsoft.Extensions.Options;
using Richpanel.Core.Access;

namespace Richpanel.Console.SignIn;

/// <summary>Section <c>SignIn:OpenIdConnect</c>: the company's own sign-in. In use once <see cref="Authority"/> is given.</summary>
public sealed class OpenIdOptions
{
    public const string Section = "SignIn:OpenIdConnect";

    /// <summary>As the button names it: "Sign in with …".</summary>
    public string Name { get; init; } = "your company account";

    /// <summary>The provider's address, under which <c>.well-known/openid-configuration</c> stands.</summary>
    public string? Authority { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    /// <summary>A file that holds the client secret, for secrets mounted as files.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>Separated by blanks.</summary>
    public string Scopes { get; init; } = "openid profile email";

    /// <summary>The claim whose values <see cref="Roles"/> turns into roles.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>Value of the claim → viewer, support, qa, operator or admin. Of several the highest counts.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    public bool InUse => !string.IsNullOrWhiteSpace(Authority);

    public Role? RoleOf(IEnumerable<string> values)
    {
        Role? highest = null;
        foreach (var value in values)
        {
            if (Roles.TryGetValue(value, out var word) && Rights.Parse(word) is { } role && !(highest >= role))
            {
                highest = role;
            }
        }

        return highest;
    }
}

/// <summary>What cannot be right stops the start, with the setting's name.</summary>
internal sealed class OpenIdValidation : IValidateOptions<OpenIdOptions>
{
    public ValidateOptionsResult Validate(string? name, OpenIdOptions options)
    {
        if (!options.InUse)
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> faults = [];
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority) || !(authority.Scheme == Uri.UriSchemeHttps || (authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)))
        {
            faults.Add($"{OpenIdOptions.Section}:Authority must be an https address; http is for this machine only.");
        }

        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            faults.Add($"{OpenIdOptions.Section}:ClientId is missing: the id under which the provider knows this console.");
        }

        if (string.IsNullOrEmpty(options.ClientSecret) && string.IsNullOrEmpty(options.ClientSecretFile))
        {
            faults.Add($"{OpenIdOptions.Section}:ClientSecret is missing. Give it by environment, or name a file that holds it in {OpenIdOptions.Section}:ClientSecretFile.");
        }
        else if (!string.IsNullOrEmpty(options.ClientSecretFile) && !File.Exists(options.ClientSecretFile))
        {
            faults.Add($"{OpenIdOptions.Section}:ClientSecretFile names a file that is not there, or that this user may not see.");
        }

        if (!options.Scopes.Split(' ').Contains("openid", StringComparer.Ordinal))
        {
            faults.Add($"{OpenIdOptions.Section}:Scopes must contain openid.");
        }

        if (string.IsNullOrWhiteSpace(options.RoleClaim))
        {
            faults.Add($"{OpenIdOptions.Section}:RoleClaim is empty: name the claim whose values give roles.");
        }

        if (options.Roles.Count == 0)
        {
            faults.Add($"{OpenIdOptions.Section}:Roles is empty, so nobody could come in. Give {OpenIdOptions.Section}:Roles:<value of the claim> = viewer, support, qa, operator or admin.");
        }

        faults.AddRange(options.Roles.Where(role => Rights.Parse(role.Value) is null)
            .Select(role => $"{OpenIdOptions.Section}:Roles:{role.Key} is '{role.Value}'; roles are viewer, support, qa, operator and admin."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
