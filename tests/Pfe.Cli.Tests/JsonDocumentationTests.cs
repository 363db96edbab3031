using System.Reflection;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pfe.TestSupport;
using Pfe.Train;

namespace Pfe.Cli.Tests;

/// <summary>
/// docs/json.md is written from the types behind <c>--json</c> and their docstrings: a field that is renamed or left undescribed fails
/// here. PFE_ACCEPT=1 renews the page; fields are only ever added.
/// </summary>
public sealed partial class JsonDocumentationTests
{
    private const string Undescribed = "(not described)";
    private static readonly string Page = Path.Combine(TestData.RepoRoot, "docs", "json.md");

    [Fact]
    public void Every_json_result_is_documented_as_it_is()
    {
        var text = Render();
        text.Split('\n').Where(line => line.EndsWith($"{Undescribed} |", StringComparison.Ordinal))
            .ShouldBeEmpty("a field has no docstring that says what it is");
        if (Environment.GetEnvironmentVariable("PFE_ACCEPT") == "1") File.WriteAllText(Page, text);
        File.ReadAllText(Page).ShouldBe(text, "docs/json.md is not what the commands write; PFE_ACCEPT=1 renews it");
    }

    private static string Render()
    {
        var page = new StringBuilder("""
            # What `--json` writes

            One document on standard output; progress and messages go to standard error. Names are in snake_case.
            Fields are only ever added. `[]` is a list, `{}` an object with free keys, `?` may be null or missing.
            Rates are shares from 0 to 1.

            """.ReplaceLineEndings("\n"));
        Assembly[] hosts = [typeof(PfeApplication).Assembly, typeof(TrainingApplication).Assembly];
        var contexts = hosts.SelectMany(host => host.GetTypes()).Where(type => type.IsSubclassOf(typeof(JsonSerializerContext)));
        foreach (var (root, context) in contexts.SelectMany(Roots).OrderBy(pair => pair.Root.Name, StringComparer.Ordinal))
        {
            page.Append($"\n## {Command(root)}\n\n| field | type | meaning |\n|---|---|---|\n");
            Fields(page, "", ((IJsonTypeInfoResolver)context).GetTypeInfo(root, context.Options)!, context, []);
        }
        return page.ToString();
    }

    private static IEnumerable<(Type Root, JsonSerializerContext Context)> Roots(Type context) =>
        context.GetCustomAttributesData().Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => ((Type)attribute.ConstructorArguments[0].Value!,
                (JsonSerializerContext)context.GetProperty("Default")!.GetValue(null)!));

    private static void Fields(StringBuilder page, string prefix, JsonTypeInfo type, JsonSerializerContext context, HashSet<Type> within)
    {
        if (!within.Add(type.Type)) return;
        foreach (var property in type.Properties.Where(property => property.Get is not null))
        {
            var (element, suffix) = Element(property.PropertyType);
            var nullable = property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null ? "?" : "";
            var inner = ((IJsonTypeInfoResolver)context).GetTypeInfo(element, context.Options);
            var isObject = inner?.Kind == JsonTypeInfoKind.Object;
            page.Append($"| `{prefix}{property.Name}{suffix}` | {(isObject ? "object" : Name(element))}{nullable} | " +
                $"{Meaning(type.Type, property)} |\n");
            if (isObject) Fields(page, $"{prefix}{property.Name}{suffix}.", inner!, context, within);
        }
        within.Remove(type.Type);
    }

    private static (Type Element, string Suffix) Element(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string)) return (plain, "");
        if (plain.IsArray) return Nested(plain.GetElementType()!, "[]");
        var generic = plain.GetInterfaces().Append(plain).Where(candidate => candidate.IsGenericType).ToArray();
        if (generic.FirstOrDefault(candidate => candidate.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)) is { } map)
            return Nested(map.GenericTypeArguments[1], "{}");
        return generic.FirstOrDefault(candidate => candidate.GetGenericTypeDefinition() == typeof(IEnumerable<>)) is { } list
            ? Nested(list.GenericTypeArguments[0], "[]") : (plain, "");

        static (Type, string) Nested(Type inner, string suffix) =>
            Element(inner) is var (element, more) ? (element, suffix + more) : default;
    }

    private static string Name(Type type) => type switch
    {
        _ when type.IsEnum => string.Join(" / ", Enum.GetNames(type)),
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "true / false",
        _ when type == typeof(int) || type == typeof(long) => "whole number",
        _ when type.IsPrimitive => "number",
        _ => type.Name,
    };

    /// <summary>Results that several commands share, or whose name is not the command's.</summary>
    private static readonly Dictionary<string, string> Commands = new()
    {
        ["BenchSearchResult"] = "bench --embeddings",
        ["FolderResult"] = "eval folder",
        ["GalleryChangeResult"] = "gallery merge`, `pfe gallery split`, `pfe gallery remove",
        ["GalleryCheckResult"] = "gallery check",
        ["GalleryCreateResult"] = "gallery create",
        ["GalleryDropModelsResult"] = "gallery drop-models",
        ["GalleryEnrollResult"] = "gallery enroll",
        ["GalleryIdentifyResult"] = "gallery identify",
        ["GalleryListResult"] = "gallery list",
        ["GalleryReembedResult"] = "gallery reembed",
        ["GalleryReviewsResult"] = "gallery export --reviews",
        ["GalleryTransferResult"] = "gallery export`, `pfe gallery import",
        ["GalleryVerifyResult"] = "gallery verify",
        ["IdentificationResult"] = "eval ijbc-1n",
        ["LfwResult"] = "eval lfw`, `pfe eval bin",
        ["SpeedReport"] = "bench",
        ["TemplateResult"] = "eval ijba`, `pfe eval ijbc`, `pfe eval insightface-ijb",
    };

    private static string Command(Type type) =>
        $"`pfe {Commands.GetValueOrDefault(type.Name) ?? Spelled(Ending().Replace(type.Name, ""))}`";

    private static string Spelled(string name) =>
        Words().Replace(name, match => $"{match.Value[0]}-{match.Value[1]}").ToLowerInvariant();

    private static string Meaning(Type type, JsonPropertyInfo property)
    {
        var member = (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;
        var docs = Docs(type.Assembly);
        var name = type.FullName!.Replace('+', '.');
        var text = docs.GetValueOrDefault($"T:{name}")?.Elements("param").FirstOrDefault(param => param.Attribute("name")!.Value == member)
            ?? docs.GetValueOrDefault($"P:{name}.{member}")?.Element("summary");
        if (text is null) return Undescribed;
        foreach (var reference in text.Descendants().Where(node => node.Attribute("cref") is not null))
            reference.Value = reference.Attribute("cref")!.Value.Split('.')[^1].Split('(')[0];
        return Blanks().Replace(text.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static readonly Dictionary<string, Dictionary<string, XElement>> Loaded = [];

    private static Dictionary<string, XElement> Docs(Assembly assembly)
    {
        var path = Path.ChangeExtension(assembly.Location, ".xml");
        if (!Loaded.TryGetValue(path, out var docs))
            Loaded[path] = docs = File.Exists(path)
                ? XDocument.Load(path).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value) : [];
        return docs;
    }

    [GeneratedRegex("[a-z][A-Z]", RegexOptions.NonBacktracking)]
    private static partial Regex Words();

    [GeneratedRegex("(Result|Json)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Ending();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
