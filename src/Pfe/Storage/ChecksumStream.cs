namespace Pfe.Storage;

/// <summary>Passes what is written on, counts it, and keeps its CRC-32C.</summary>
internal sealed class ChecksumStream(Stream inner) : CountedStream(inner)
{
    private uint _running = Crc32C.Start;

    /// <summary>Of all that has been written.</summary>
    public uint Checksum => ~_running;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        base.Write(buffer);
        _running = Crc32C.Add(_running, buffer);
    }
}
