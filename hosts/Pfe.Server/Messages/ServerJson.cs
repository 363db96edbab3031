using System.Text.Encodings.Web;
using System.Text.Json;
using Pfe.Client;

namespace Pfe.Server.Messages;

/// <summary>The records as the service reads and writes them.</summary>
internal static class ServerJson
{
    /// <summary>
    /// What a request leaves out is told, not taken for the first of an enumeration or for nothing. Answers are JSON and never part of a
    /// page, so that apostrophes and letters of other alphabets stay as they are.
    /// </summary>
    public static WireJson Default { get; } = new(new JsonSerializerOptions(WireJson.Default.Options)
    {
        TypeInfoResolver = null, RespectRequiredConstructorParameters = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>What is wrong with a JSON, without the names of our own types.</summary>
    public static string Problem(JsonException e)
    {
        const string Missing = "missing required properties including: ";
        if (e.Message.IndexOf(Missing, StringComparison.Ordinal) is > 0 and var at)
            return $"the JSON lacks {e.Message[(at + Missing.Length)..].TrimEnd('.')}";
        var where = e.Path is null or "$" ? "" : $" at {e.Path}";
        return e.Message.Contains("could not be converted", StringComparison.Ordinal)
            || e.Message.Contains("doesn't allow null", StringComparison.Ordinal)
            ? $"the JSON's value{where} is not one that is taken there; /openapi/v1.json says which are"
            : $"the JSON cannot be read: {e.Message}";
    }
}
