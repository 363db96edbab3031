using System.Text;

namespace Pfe.Vision.Models;

/// <summary>
/// An archive on its way to the archive reader. A header that announces more metadata (long names, extended attributes) than any archive
/// has is refused: the reader would take memory for all of it before a byte of it has come.
/// </summary>
/// <param name="archive">The archive, unpacked; stays the caller's.</param>
internal sealed class TarHeaders(Stream archive) : Stream
{
    private const int Block = 512, SizeAt = 124, SizeLength = 12, TypeAt = 156;
    private const long MostMetadata = 1 << 20;

    private readonly byte[] _header = new byte[Block];
    private int _filled;
    private long _content;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = archive.Read(buffer);
        Watch(buffer[..read]);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Watch(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var content = (int)Math.Min(_content, bytes.Length);
            _content -= content;
            bytes = bytes[content..];
            var taken = Math.Min(Block - _filled, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_filled));
            bytes = bytes[taken..];
            _filled = (_filled + taken) % Block;
            if (taken == 0 || _filled != 0) continue;
            var size = Size();
            if (_header[TypeAt] is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K' && size > MostMetadata)
                throw new InvalidDataException($"a header announces {size} bytes of metadata, {MostMetadata} at most are read");
            _content = (size + Block - 1) / Block * Block;
        }
    }

    /// <summary>Octal digits, or a big-endian number behind a first byte of 0x80; what is neither is for the reader to refuse.</summary>
    private long Size()
    {
        var field = _header.AsSpan(SizeAt, SizeLength);
        if ((field[0] & 0x80) == 0)
        {
            var digits = Encoding.Latin1.GetString(field).Trim('\0', ' ');
            return digits.Length > 0 && digits.All(digit => digit is >= '0' and <= '7') ? Convert.ToInt64(digits, 8) : 0;
        }
        var size = new System.Numerics.BigInteger(field[1..], isUnsigned: true, isBigEndian: true);
        return size < long.MaxValue - Block ? (long)size : long.MaxValue - Block;
    }
}
