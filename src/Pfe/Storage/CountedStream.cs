namespace Pfe.Storage;

/// <summary>A stream to write to that knows how much has been written, where what lies under it (a pipe, a terminal) does not.</summary>
internal class CountedStream(Stream inner) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException("a device or pipe cannot go back");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        _written += buffer.Length;
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("this stream is only written");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("a device or pipe cannot go back");

    public override void SetLength(long value) => throw new NotSupportedException("a device or pipe has no length");
}
