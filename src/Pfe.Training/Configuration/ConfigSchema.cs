using System.ComponentModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Configuration;

/// <summary>The JSON schema of training configurations, for editors: made from <see cref="TrainingConfig"/>, its descriptions and its
/// defaults.</summary>
internal static class ConfigSchema
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as text; committed as docs/config.schema.json.</summary>
    public static string Text { get; } = Create().ToJsonString(Indented) + "\n";

    private static JsonObject Create()
    {
        var schema = TrainingJson.Default.TrainingConfig.GetJsonSchemaAsNode(
            new JsonSchemaExporterOptions { TransformSchemaNode = Transform, TreatNullObliviousAsNonNullable = true }).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Pfe training configuration");
        return schema;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        if (context.TypeInfo.Type == typeof(LandmarkSource)) node = Landmarks();
        if (context.PropertyInfo is not { } property) return node;
        var schema = node as JsonObject ?? [];
        if (Choices(property.Name) is { } choices)
            ((property.Name == "kinds" ? schema["items"] : schema) as JsonObject)!["enum"] =
            new JsonArray([.. choices.Select(choice => (JsonNode)choice)]);
        if (property.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [
            DescriptionAttribute description]) schema.Insert(0, "description", description.Description);
        if (!property.IsRequired && Default(property) is { } value) schema["default"] = value;
        return schema;
    }

    private static JsonObject Landmarks() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "string" },
            new JsonObject
            {
                ["type"] = "array",
                ["minItems"] = 5,
                ["maxItems"] = 5,
                ["items"] = new JsonObject
                {
                    ["type"] = "array", ["minItems"] = 2, ["maxItems"] = 2,
                    ["items"] = new JsonObject { ["type"] = "number" }
                },
            }),
    };

    private static IEnumerable<string>? Choices(string key) => key switch
    {
        "learning_rate_strategy" => ["step", "cosine", "linear"],
        "uncertainty_module" => ["fc"],
        "keep" => ["best", "last"],
        "kinds" => Enum.GetNames<DamageKind>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName),
        _ => null,
    };

    private static JsonNode? Default(JsonPropertyInfo property)
    {
        var value = property.Get?.Invoke(Activator.CreateInstance(property.DeclaringType)!);
        return value is null ? null : JsonSerializer.SerializeToNode(value, TrainingJson.Default.GetTypeInfo(property.PropertyType)!);
    }
}
