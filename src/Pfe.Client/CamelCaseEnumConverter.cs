using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pfe.Client;

/// <summary>An enumeration as JSON: its values' names in camel case.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
