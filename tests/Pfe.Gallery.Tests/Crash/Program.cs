namespace Pfe.Gallery.Tests.Crash;

/// <summary>The tests, or the process that a crash test kills, or a node of a cluster.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(CrashWorker.Variable) is { } settings) return await CrashWorker.RunAsync(settings);
        if (Environment.GetEnvironmentVariable(Cluster.ClusterWorker.Variable) is { } node)
            return await Cluster.ClusterWorker.RunAsync(node);
        return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args,
                SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
