using System.Text;
using Microsoft.Extensions.Configuration;
using Richpanel.Console.Startup;

namespace Richpanel.Tests.Configuration;

public sealed class SecretsInFilesTests
{
    [Fact]
    public void The_password_of_the_key_rings_certificate_is_a_secret_and_the_file_that_holds_it_is_not()
    {
        const string json = """{"Storage":{"ConnectionString":"Data Source=x","KeyRingCertificate":{"Path":"ring.pfx","Password":"p","PasswordFile":"f","Older":[{"Path":"old.pfx","Password":"o"}]}}}""";
        var file = ((IConfigurationRoot)new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build()).Providers.Single();

        Assert.Equal(["Storage:KeyRingCertificate:Older:0:Password", "Storage:KeyRingCertificate:Password"], SecretsInFiles.Secrets(file, "Storage").Order());
    }

    [Fact]
    public void Every_secret_of_a_file_is_found_by_its_setting_and_nothing_else()
    {
        const string json = """
            {"Bootstrap":{"Admin":{"Email":"a@example.test","Password":"p"},
             "ApiTokens":[{"Name":"ci","Token":"t"},{"Name":"empty","Token":""}],
             "Connections":[{"Name":"Shop","ApiKey":"k","ApiSecret":"s","ApiSecretFile":"f","Sources":[{"Name":"Web","WriteKey":"w"}]}]}}
            """;
        var file = ((IConfigurationRoot)new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build()).Providers.Single();

        Assert.Equal(
            ["Bootstrap:Admin:Password", "Bootstrap:ApiTokens:0:Token", "Bootstrap:Connections:0:ApiSecret"],
            SecretsInFiles.Secrets(file, "Bootstrap").Order());
    }

    [Fact]
    public void The_client_secret_of_the_company_sign_in_is_one()
    {
        const string json = """{"SignIn":{"OpenIdConnect":{"Authority":"https://a.example","ClientSecret":"s","ClientSecretFile":"f"}}}""";
        var file = ((IConfigurationRoot)new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build()).Providers.Single();

        Assert.Equal(["SignIn:OpenIdConnect:ClientSecret"], SecretsInFiles.Secrets(file, "SignIn"));
    }
}
