using System.Text.Json;

namespace Pfe.Training.Configuration;

/// <summary>Refuses values that JSON allows and nothing can be done with: numbers beyond the range of numbers (1e999), strings that are no
/// text.</summary>
internal static class JsonValues
{
    /// <summary>Looks at every value of a document.</summary>
    /// <exception cref="InvalidConfigurationException">One cannot be; the message has its line.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Refuse(Utf8JsonReader reader, ReadOnlySpan<byte> json, string name)
    {
        while (reader.Read())
        {
            if (Problem(reader) is not { } problem) continue;
            throw new InvalidConfigurationException($"{name}({1 + json[..(int)reader.TokenStartIndex].Count((byte)'\n')}): {problem}");
        }
    }

    private static string? Problem(in Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when !reader.TryGetDouble(out var value) || !double.IsFinite(value):
                return "a number is beyond the range of numbers";
            case JsonTokenType.String or JsonTokenType.PropertyName:
                try { reader.GetString(); }
                catch (InvalidOperationException) { return "a string is no text: it holds bytes that are not UTF-8, or half a letter"; }
                return null;
            default: return null;
        }
    }
}
