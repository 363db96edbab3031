using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pfe.Training.Configuration;

/// <summary>Finds the first key that a type does not have, before the deserialiser does, to name its line and the key that was
/// meant.</summary>
internal static class UnknownKeys
{
    /// <summary>Reads one value; <paramref name="type"/> says what its keys may be.</summary>
    /// <exception cref="InvalidConfigurationException">A key is not known.</exception>
    public static void Refuse(ref Utf8JsonReader reader, JsonTypeInfo? type, ReadOnlySpan<byte> json, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject || type?.Kind != JsonTypeInfoKind.Object)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            var property = type.Properties.FirstOrDefault(candidate => candidate.Name == key);
            if (property is null)
            {
                var line = 1 + json[..(int)reader.TokenStartIndex].Count((byte)'\n');
                var compared = key[..Math.Min(key.Length, 100)];
                var nearest = type.Properties.Select(candidate => candidate.Name).MinBy(candidate => Distance(compared, candidate))!;
                var hint = Distance(compared, nearest) <= Math.Max(2, compared.Length / 3)
                    ? $"did you mean '{nearest}'?" : $"known are {string.Join(", ", type.Properties.Select(candidate => candidate.Name))}";
                throw new InvalidConfigurationException($"{name}({line}): there is no key '{key}'; {hint}");
            }
            reader.Read();
            Refuse(ref reader, type.Options.GetTypeInfo(property.PropertyType), json, name);
        }
    }

    // Levenshtein: the least number of letters inserted, removed or exchanged.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
