using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Vision.Tests;

/// <summary>What a test cannot do without; where it is missing the test is skipped and says so.</summary>
internal static class Needs
{
    private static readonly Lazy<string?> MissingNetworks = new(() =>
    {
        try
        {
            new ModelStore().Get("base");
            return null;
        }
        catch (PfeException e)
        {
            return e.Message;
        }
    });

    /// <summary>The user's real model store, filled from the package registry when it is first needed.</summary>
    public static ModelStore Store()
    {
        Assert.SkipWhen(MissingNetworks.Value is not null, MissingNetworks.Value ?? "");
        return new ModelStore();
    }

    /// <summary>Full path of research data.</summary>
    public static string Data(string relative)
    {
        var reason = TestData.MissingReason(relative);
        Assert.SkipWhen(reason is not null, reason ?? "");
        return TestData.Path(relative);
    }
}
