namespace Pfe.Vision.Imaging;

/// <summary>
/// A photograph in whatever form the caller has it: a path, a stream, encoded bytes or decoded pixels. All four convert to it, so that
/// <c>verifier.Compare("a.jpg", stream)</c> works. It is read and decoded when it is first needed, and once: hand the same input to
/// detector
/// and embedder and both share its pixels and halvings. Not safe for several threads at once.
/// </summary>
public sealed class ImageInput
{
    /// <summary>The longest encoded image that is read from a file or a stream, in bytes (512 MB).</summary>
    public const long MaxEncodedBytes = 512L << 20;

    private const string Unnamed = "image";
    private readonly string? _path;
    private readonly ReadOnlyMemory<byte> _encoded;
    private Stream? _stream;
    private Pyramid? _photo;
    private bool _holds;
    private MemoryBudget.Room? _room;

    private ImageInput(string name, string? path = null, ReadOnlyMemory<byte> encoded = default, Stream? stream = null,
        Pyramid? photo = null) =>
        (Name, _path, _encoded, _stream, _photo) = (name, path, encoded, stream, photo);

    /// <summary>What error messages call it: the path, or the name that was given.</summary>
    public string Name { get; }

    /// <summary>The image of a file.</summary>
    /// <param name="path">JPEG, PNG, WebP, BMP or GIF; see <see cref="Image.Load"/>.</param>
    public static ImageInput FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ImageInput(path, path);
    }

    /// <summary>An encoded image in memory.</summary>
    /// <param name="encoded">The file's bytes; not copied.</param>
    /// <param name="name">What to call it in an error message.</param>
    public static ImageInput FromBytes(ReadOnlyMemory<byte> encoded, string name = Unnamed) => new(name, encoded: encoded);

    /// <summary>An encoded image from a stream, which is read to its end and stays open.</summary>
    /// <param name="stream">Readable; it need not be seekable.</param>
    /// <param name="name">What to call it in an error message.</param>
    public static ImageInput FromStream(Stream stream, string name = Unnamed)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new ImageInput(name, stream: stream);
    }

    /// <summary>A decoded image.</summary>
    /// <param name="image">The pixels.</param>
    /// <param name="name">What to call it in an error message.</param>
    public static ImageInput FromImage(Image image, string name = Unnamed) => new(name, photo: new Pyramid(image));

    /// <inheritdoc cref="FromFile"/>
    public static implicit operator ImageInput(string path) => FromFile(path);

    /// <summary>An encoded image from a stream.</summary>
    /// <param name="stream">Readable; it need not be seekable.</param>
    public static implicit operator ImageInput(Stream stream) => FromStream(stream);

    /// <summary>An encoded image in memory.</summary>
    /// <param name="encoded">The file's bytes; not copied.</param>
    public static implicit operator ImageInput(byte[] encoded) => FromBytes(encoded);

    /// <summary>An encoded image in memory.</summary>
    /// <param name="encoded">The file's bytes; not copied.</param>
    public static implicit operator ImageInput(ReadOnlyMemory<byte> encoded) => FromBytes(encoded);

    /// <summary>A decoded image.</summary>
    /// <param name="image">The pixels.</param>
    public static implicit operator ImageInput(Image image) => FromImage(image);

    /// <summary>The pixels; read and decoded by the first call. What a detector or an embedder of your own looks at.</summary>
    /// <exception cref="UnreadableImageException">Missing, not an image, cut short, damaged or too large.</exception>
    public Image Read() => Open().Image;

    /// <summary>The same, reading file or stream without blocking a thread; decoding happens on the caller's.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UnreadableImageException">Missing, not an image, cut short, damaged or too large.</exception>
    public async ValueTask<Image> ReadAsync(CancellationToken cancellationToken = default) =>
        (await OpenAsync(cancellationToken).ConfigureAwait(false)).Image;

    /// <summary>A decoded image with its halvings, shared with whoever else holds it.</summary>
    internal static ImageInput FromPyramid(Pyramid photo) => new(Unnamed, photo: photo);

    /// <summary>The decoded image with its halvings; read and decoded by the first call.</summary>
    /// <exception cref="UnreadableImageException">Missing, not an image, cut short, damaged or too large.</exception>
    internal Pyramid Open()
    {
        if (_photo is not null) return _photo;
        if (_path is not null) return _photo = new Pyramid(Kept(Image.LoadHolding(_path, out var read), read));
        if (_stream is null) return _photo = new Pyramid(Kept(ImageDecoder.Decode(_encoded.Span, Name, out var room), room));
        using var copy = new MemoryStream();
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = _stream.Read(buffer)) > 0;) Append(copy, buffer.AsSpan(0, read));
        }
        catch (IOException e) { throw new UnreadableImageException(Name, e.Message, e); }
        return Decode(copy);
    }

    /// <summary>The same, reading file or stream without blocking a thread; decoding happens on the caller's.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UnreadableImageException">Missing, not an image, cut short, damaged or too large.</exception>
    internal async ValueTask<Pyramid> OpenAsync(CancellationToken cancellationToken = default)
    {
        if (_photo is not null) return _photo;
        if (_path is not null) return _photo = new Pyramid(await Image.LoadAsync(_path, cancellationToken).ConfigureAwait(false));
        if (_stream is null) return Open();
        using var copy = new MemoryStream();
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                Append(copy, buffer.AsSpan(0, read));
        }
        catch (IOException e) { throw new UnreadableImageException(Name, e.Message, e); }
        return Decode(copy);
    }

    /// <summary>
    /// Counts the photograph, once it is decoded, as memory in use until the result is disposed of, so that a run's workers together hold
    /// no more than there is room for. A thread that holds one photograph may not decode another: it could wait for itself.
    /// </summary>
    internal IDisposable Hold()
    {
        _holds = true;
        return new Held(this);
    }

    private Image Kept(Image image, MemoryBudget.Room room)
    {
        if (_holds) _room = room;
        else room.Dispose();
        return image;
    }

    private void Append(MemoryStream copy, ReadOnlySpan<byte> read)
    {
        if (copy.Length + read.Length > MaxEncodedBytes)
            throw new UnreadableImageException(Name, $"it has more than the {MaxEncodedBytes >> 20} MB that are read");
        copy.Write(read);
    }

    private Pyramid Decode(MemoryStream copy)
    {
        _stream = null;
        return _photo = new Pyramid(Image.Decode(copy.GetBuffer().AsSpan(0, (int)copy.Length), Name));
    }

    private sealed class Held(ImageInput input) : IDisposable
    {
        public void Dispose()
        {
            input._holds = false;
            input._room?.Dispose();
            input._room = null;
        }
    }
}
