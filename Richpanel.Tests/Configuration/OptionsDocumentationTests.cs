using System.Reflection;
using Microsoft.Extensions.Configuration;
using Richpanel.Console.Api;
using Richpanel.Console.Entrance;
using Richpanel.Console.Receiver;
using Richpanel.Console.Shell;
using Richpanel.Console.SignIn;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.Configuration;

/// <summary>The settings file and the README's table name every option there is, and the file's values are the defaults.</summary>
public sealed class OptionsDocumentationTests
{
    private static readonly IConfigurationRoot s_file = new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "appsettings.json")).Build();

    public static TheoryData<string, string> Options
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var (section, type) in Sections)
            {
                foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(p => p.SetMethod is not null))
                {
                    all.Add(section, property.Name);
                }
            }

            return all;
        }
    }

    private static (string Section, Type Type)[] Sections =>
    [
        ("Storage", typeof(StorageOptions)), ("Storage:KeyRingCertificate", typeof(KeyRingCertificateOptions)), ("Receiver", typeof(ReceivingLimits)), ("Receiver", typeof(ReceiverOptions)),
        ("Receiver:RateLimit", typeof(RateLimitOptions)), ("Delivery", typeof(DeliveryOptions)), ("Retries", typeof(RetryOptions)), ("Outgoing", typeof(OutgoingOptions)), ("Alerts", typeof(AlertOptions)),
        ("Sandbox", typeof(SandboxOptions)), ("Bootstrap", typeof(BootstrapOptions)), ("Console", typeof(PageOptions)), ("Api", typeof(ApiOptions)),
        ("Proxies", typeof(ProxyOptions)), ("Https", typeof(HttpsOptions)),
        ("SignIn:OpenIdConnect", typeof(OpenIdOptions)),
    ];

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_stands_in_the_settings_file_and_in_the_readme(string section, string option)
    {
        Assert.Contains($"\"{option}\"", File.ReadAllText(Path.Combine(Repository.Root, "appsettings.json")), StringComparison.Ordinal);
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        Assert.True(
            readme.Contains($"{section}:{option}", StringComparison.Ordinal) || (readme.Contains($"`{section}:", StringComparison.Ordinal) && readme.Contains($"`{option}`", StringComparison.Ordinal)),
            $"README's table lacks {section}:{option}.");
    }

    [Fact]
    public void The_settings_file_holds_the_defaults()
    {
        Assert.Equivalent(new StorageOptions(), s_file.GetSection("Storage").Get<StorageOptions>());
        Assert.Equivalent(new ReceivingLimits(), s_file.GetSection("Receiver").Get<ReceivingLimits>());
        Assert.Equivalent(new ReceiverOptions(), s_file.GetSection("Receiver").Get<ReceiverOptions>());
        Assert.Equivalent(new DeliveryOptions(), s_file.GetSection("Delivery").Get<DeliveryOptions>());
        Assert.Equivalent(new RetryOptions(), s_file.GetSection("Retries").Get<RetryOptions>());
        Assert.Equivalent(new OutgoingOptions(), s_file.GetSection("Outgoing").Get<OutgoingOptions>());
        Assert.Equivalent(new ApiOptions(), s_file.GetSection("Api").Get<ApiOptions>());
        Assert.Equivalent(new ProxyOptions(), s_file.GetSection("Proxies").Get<ProxyOptions>());
        Assert.Equivalent(new HttpsOptions(), s_file.GetSection("Https").Get<HttpsOptions>());
        Assert.Equivalent(new SandboxOptions(), s_file.GetSection("Sandbox").Get<SandboxOptions>());
        Assert.Equivalent(new OpenIdOptions(), s_file.GetSection(OpenIdOptions.Section).Get<OpenIdOptions>());
    }
}
