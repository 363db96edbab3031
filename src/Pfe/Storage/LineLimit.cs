namespace Pfe.Storage;

/// <summary>Reads a text file as it is, up to a line that is longer than any line of a list: a file without line ends is none.</summary>
internal sealed class LineLimit(Stream inner) : Stream
{
    private const int Longest = 1 << 20;
    private int _length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        var end = buffer[..count].LastIndexOfAny((byte)'\n', (byte)'\r');
        _length = end < 0 ? _length + count : count - end - 1;
        return _length <= Longest ? count : throw new IOException($"a line is longer than {Longest} bytes");
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
