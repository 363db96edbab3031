using System.Text.RegularExpressions;

namespace Pfe.Tests.Calibration;

/// <summary>Damage to files of text with a checksum.</summary>
internal static partial class FlippedText
{
    /// <summary>Flips one bit after the other (every third of a long text) of plain letters and looks that the text is refused.</summary>
    public static void EachIsRefused(string sound, Action<string> read)
    {
        read(sound);
        for (var bit = 0; bit < sound.Length * 7; bit += 3)
        {
            var letters = sound.ToCharArray();
            letters[bit / 7] ^= (char)(1 << bit % 7);
            Should.Throw<PfeException>(() => read(new string(letters)), $"letter {bit / 7}, '{sound[bit / 7]}' as '{letters[bit / 7]}'");
        }
    }

    /// <summary>The text as it was before files had checksums.</summary>
    public static string Unsealed(string json) => Sum().Replace(json, "");

    [GeneratedRegex("""\s*,\s*"checksum":\s*"[^"]*"(?=\s*})""", RegexOptions.None, 1000)]
    private static partial Regex Sum();
}
