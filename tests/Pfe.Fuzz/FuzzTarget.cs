namespace Pfe.Fuzz;

/// <summary>A reader to be fed damaged files.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Seeds">Sound files, made by code.</param>
/// <param name="Read">Reads one, and does what is done with what was read. May throw a <see cref="PfeException"/>.</param>
/// <param name="Repair">Makes the checksums and lengths of a damaged file right again, so that what lies behind them is reached; null where
/// there are none.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read, Func<byte[], byte[]>? Repair = null)
{
    public override string ToString() => Name;
}
