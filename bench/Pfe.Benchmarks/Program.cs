using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Pfe.Benchmarks;

// dotnet run -c Release --project bench/Pfe.Benchmarks fan-out [times of one shard] [seed]
if (args is ["fan-out", ..])
{
    FanOut.Write(args.Length > 1 ? args[1] : "bench/results/shard-times.txt", args.Length > 2 ? int.Parse(args[2]) : 1, Console.Out);
    return;
}

// In this process: nothing is built a second time, so the whole run takes minutes.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
    .WithWarmupCount(3).WithIterationCount(15).WithIterationTime(TimeInterval.FromMilliseconds(250));
var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(ConsoleLogger.Default)
    .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Statistics)
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "pfe-benchmarks"));

// dotnet run -c Release --project bench/Pfe.Benchmarks [faces in the gallery] [folder for its files]
var faces = args.Length > 0 ? int.Parse(args[0]) : 1_000_000;
var folder = args.Length > 1 ? args[1] : Path.GetTempPath();
// Twice, minutes apart: a shared host's bad seconds should not decide about a row.
Summary[] passes = [BenchmarkRunner.Run<KernelBenchmarks>(config), BenchmarkRunner.Run<KernelBenchmarks>(config)];
ResultTable.Write(passes, faces, folder);
