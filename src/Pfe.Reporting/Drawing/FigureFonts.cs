using SkiaSharp;

namespace Pfe.Reporting.Drawing;

/// <summary>The two fonts that PNG figures are set in. A bare server has none of its own and would draw no text without a word, so they are
/// files.</summary>
public sealed class FigureFonts : IDisposable
{
    /// <summary>Loads the fonts.</summary>
    /// <param name="plain">A TrueType file (<c>ModelStore.Get("font")</c>).</param>
    /// <param name="bold">A TrueType file for titles (<c>ModelStore.Get("font-bold")</c>).</param>
    /// <exception cref="PfeException">A file is missing or no font.</exception>
    public FigureFonts(string plain, string bold) => (Plain, Bold) = (Load(plain), Load(bold));

    internal SKTypeface Plain { get; }

    internal SKTypeface Bold { get; }

    /// <summary>Releases both.</summary>
    public void Dispose()
    {
        Plain.Dispose();
        Bold.Dispose();
    }

    private static SKTypeface Load(string path) =>
        SKTypeface.FromFile(path) ?? throw new PfeException($"'{path}' is missing or no TrueType font");
}
