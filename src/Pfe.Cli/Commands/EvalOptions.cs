using System.CommandLine;
using System.CommandLine.Parsing;
using Pfe.Evaluation.Metrics;
using Pfe.Fusion;

namespace Pfe.Cli.Commands;

/// <summary>Options that the protocols share.</summary>
internal sealed class EvalOptions
{
    public Option<FileInfo> Features { get; } = new("--features") { Description = "Embeddings of the protocol's images, from pfe embed (.safetensors).", Required = true };

    public Option<VarianceRule> VarianceRule { get; } = new("--variance-rule") { Description = "Variance of a template: the element-wise minimum, or the product of independent observations.", DefaultValueFactory = _ => Fusion.VarianceRule.Minimum };

    public Option<int> Resamples { get; } = new("--resamples") { Description = "Bootstrap resamples behind the confidence intervals; 0 for no intervals.", DefaultValueFactory = _ => 500 };

    public Option<double> Confidence { get; } = new("--confidence") { Description = "Confidence of the intervals.", DefaultValueFactory = _ => 0.95 };

    public Option<int> Seed { get; } = new("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };

    public EmbeddingSet LoadFeatures(ParseResult parsed) => EmbeddingSet.Load(parsed.GetValue(Features)!.ToString());

    public BootstrapOptions? Bootstrap(ParseResult parsed) => parsed.GetValue(Resamples) == 0
        ? null
        : new BootstrapOptions { Resamples = parsed.GetValue(Resamples), Confidence = parsed.GetValue(Confidence), Seed = parsed.GetValue(Seed) };
}
