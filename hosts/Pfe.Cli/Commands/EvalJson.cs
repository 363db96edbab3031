using System.Text.Json;
using System.Text.Json.Serialization;
using Pfe.Evaluation.Blufr;
using Pfe.Evaluation.Folder;
using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Lfw;
using Pfe.Evaluation.Risk;
using Pfe.Evaluation.Templates;
using Pfe.Fusion;
using Pfe.Scoring;

namespace Pfe.Cli.Commands;

/// <summary>The results of <c>pfe eval</c> as JSON; the fields are described in docs/evaluation.md.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    Converters = [typeof(SnakeCase<ScoreKind>), typeof(SnakeCase<Pooling>), typeof(SnakeCase<VarianceRule>), typeof(SnakeCase<PairRisk>)])]
[JsonSerializable(typeof(BlufrResult))]
[JsonSerializable(typeof(FolderResult))]
[JsonSerializable(typeof(IdentificationResult))]
[JsonSerializable(typeof(LfwResult))]
[JsonSerializable(typeof(TemplateResult))]
internal sealed partial class EvalJson : JsonSerializerContext
{
    private sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower) where T : struct, Enum;
}
