namespace Pfe.GpuCheck;

/// <summary>How much is measured.</summary>
/// <param name="Dimension">D.</param>
/// <param name="Faces">Faces of the small scan, the shared pass and the index file.</param>
/// <param name="LargeFaces">Faces of the large scan; as many as the card's memory holds where those are too many.</param>
/// <param name="Probes">Probes of the shared pass.</param>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="Columns">Columns of the matrix.</param>
/// <param name="Repeats">How often each row is measured.</param>
internal sealed record CheckSizes(int Dimension, int Faces, int LargeFaces, int Probes, int Rows, int Columns, int Repeats)
{
    /// <summary>Two to four minutes with a card of 80 GB, of which the card itself works a few seconds.</summary>
    public static CheckSizes OfACard { get; } = new(512, 1_000_000, 36_000_000, 64, 4096, 65_536, 20);

    /// <summary>Half a minute without a card: shows that everything runs, says nothing of speed.</summary>
    public static CheckSizes Emulated { get; } = new(32, 160, 192, 64, 64, 80, 1);
}
