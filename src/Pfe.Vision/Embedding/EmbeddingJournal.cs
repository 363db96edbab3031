using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pfe.Calibration;
using Pfe.Vision.Faces;

namespace Pfe.Vision.Embedding;

/// <summary>What is known of an embedded image beside its vectors.</summary>
/// <param name="Image">Its index in the list.</param>
/// <param name="Norm">Length of the embedding before it became mu.</param>
/// <param name="DetectionScore">The detector's confidence, NaN where it was not asked.</param>
/// <param name="Sharpness">Of the aligned face.</param>
/// <param name="Trust">The trust head's numbers, NaN where the model has none.</param>
internal readonly record struct EmbeddedImage(int Image, float Norm, float DetectionScore, float Sharpness, FaceTrust Trust);

/// <summary>Where a row lies.</summary>
/// <param name="Image">Its image's index in the list.</param>
/// <param name="Face">Which of the image's faces, from 0 on.</param>
/// <param name="At">Byte in the journal.</param>
internal readonly record struct JournalRow(int Image, int Face, long At);

/// <summary>
/// The rows computed so far, beside the output file: appended chunk by chunk, so an interrupted run goes on where it was. A chunk is
/// [length][checksum][payload]; a torn tail is cut off. The key in front ties the journal to the model and the list of images.
/// </summary>
internal sealed class EmbeddingJournal : IDisposable
{
    private const int KeyLength = 32, FrameLength = 12, ChecksumLength = 8;
    private readonly FileStream _file;
    private readonly string _path;
    private readonly int _vectorBytes;
    private readonly int _rowBytes;
    private readonly int _images;
    private readonly List<(int Image, long At)> _rows = [];
    private readonly HashSet<int> _chunks = [];
    private readonly Lock _lock = new();

    public EmbeddingJournal(string path, byte[] key, int images, int dimension)
    {
        (_path, _vectorBytes, _rowBytes) = (path, dimension * sizeof(float), RowBytes(dimension));
        _images = images;
        try
        {
            // Without a buffer: what a full disk refuses must fail here, and not again when the file is closed.
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write '{path}': {e.Message}", e);
        }
        var found = new byte[KeyLength];
        if (_file.ReadAtLeast(found, KeyLength, throwOnEndOfStream: false) == KeyLength && found.AsSpan().SequenceEqual(key))
        {
            ReadChunks();
            return;
        }
        try
        {
            _file.SetLength(0);
            _file.Write(key);
        }
        catch (IOException e)
        {
            Delete();
            throw new PfeException($"cannot write '{path}': {e.Message}", e);
        }
    }

    /// <summary>Bytes of a row: mu, log variance, norm, detection score, sharpness, reliability, collision.</summary>
    public static int RowBytes(int dimension) => (2 * dimension + 5) * sizeof(float);

    /// <summary>Images that failed, by their index.</summary>
    public SortedDictionary<int, string> Failures { get; } = [];

    /// <summary>Images finished.</summary>
    public int Done { get; private set; }

    public bool Has(int chunk) => _chunks.Contains(chunk);

    /// <summary>Every row, in the order of the images; of one image in the order in which its faces were recorded.</summary>
    public IReadOnlyList<JournalRow> Rows()
    {
        var rows = new List<JournalRow>(_rows.Count);
        foreach (var (image, at) in _rows.OrderBy(row => row.Image))
            rows.Add(new JournalRow(image, rows.Count > 0 && rows[^1].Image == image ? rows[^1].Face + 1 : 0, at));
        return rows;
    }

    /// <summary>Records a finished chunk; safe for several threads.</summary>
    public void Append(int chunk, IReadOnlyList<EmbeddedImage> images, ReadOnlySpan<float> mu, ReadOnlySpan<float> logVariance,
        IReadOnlyList<(int Image, FailedImage Failure)> failures)
    {
        using var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(chunk);
            writer.Write(failures.Count);
            foreach (var (image, failure) in failures)
            {
                writer.Write(image);
                writer.Write(failure.Reason);
            }
            writer.Write(images.Count);
            for (var i = 0; i < images.Count; i++)
            {
                writer.Write(images[i].Image);
                writer.Write(MemoryMarshal.AsBytes(mu).Slice(i * _vectorBytes, _vectorBytes));
                writer.Write(MemoryMarshal.AsBytes(logVariance).Slice(i * _vectorBytes, _vectorBytes));
                writer.Write(images[i].Norm);
                writer.Write(images[i].DetectionScore);
                writer.Write(images[i].Sharpness);
                writer.Write(images[i].Trust.Reliability);
                writer.Write(images[i].Trust.Collision);
            }
        }
        var bytes = payload.ToArray();
        var frame = new byte[FrameLength];
        BinaryPrimitives.WriteInt32LittleEndian(frame, bytes.Length);
        SHA256.HashData(bytes).AsSpan(0, ChecksumLength).CopyTo(frame.AsSpan(4));
        lock (_lock)
        {
            try
            {
                _file.Write(frame);
                var start = _file.Position;
                _file.Write(bytes);
                Take(bytes, start);
            }
            catch (IOException e)
            {
                throw new PfeException($"cannot write '{_path}': {e.Message}", e);
            }
        }
    }

    /// <summary>Reads a row, <see cref="RowBytes"/> long.</summary>
    public void ReadRow(JournalRow place, Span<byte> row)
    {
        if (RandomAccess.Read(_file.SafeFileHandle, row, place.At) != _rowBytes)
            throw new PfeException($"'{_path}' was cut off while it was read");
    }

    /// <summary>Closes the journal; an empty one is not left behind.</summary>
    public void Dispose()
    {
        if (Done == 0) Delete();
        _file.Dispose();
    }

    /// <summary>Closes and removes the journal: its rows are in the output.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    private void ReadChunks()
    {
        var frame = new byte[FrameLength];
        var good = _file.Position;
        while (_file.ReadAtLeast(frame, FrameLength, throwOnEndOfStream: false) == FrameLength)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(frame);
            if (length < 0 || length > _file.Length - _file.Position) break;
            var (start, bytes) = (_file.Position, new byte[length]);
            _file.ReadExactly(bytes);
            if (!SHA256.HashData(bytes).AsSpan(0, ChecksumLength).SequenceEqual(frame.AsSpan(4))) break;
            if (!IsSound(bytes)) break;
            Take(bytes, start);
            good = _file.Position;
        }
        _file.SetLength(good);
        _file.Position = good;
    }

    /// <summary>Whether a chunk holds what it says it does. A checksum tells damage from what was written, and not who wrote it.</summary>
    private bool IsSound(byte[] payload)
    {
        using var reader = new BinaryReader(new MemoryStream(payload), Encoding.UTF8);
        try
        {
            if (reader.ReadInt32() < 0) return false;
            for (var failures = reader.ReadInt32(); failures > 0; failures--)
            {
                if ((uint)reader.ReadInt32() >= (uint)_images) return false;
                reader.ReadString();
            }
            var rows = reader.ReadInt32();
            if (rows < 0 || rows * (sizeof(int) + (long)_rowBytes) != payload.Length - reader.BaseStream.Position) return false;
            for (; rows > 0; rows--)
            {
                if ((uint)reader.ReadInt32() >= (uint)_images) return false;
                reader.BaseStream.Position += _rowBytes;
            }
            return true;
        }
        catch (Exception e) when (e is IOException or FormatException) { return false; }
    }

    private void Take(byte[] payload, long start)
    {
        using var reader = new BinaryReader(new MemoryStream(payload), Encoding.UTF8);
        _chunks.Add(reader.ReadInt32());
        var images = new HashSet<int>();
        for (var failures = reader.ReadInt32(); failures > 0; failures--)
        {
            var image = reader.ReadInt32();
            images.Add(image);
            Failures[image] = reader.ReadString();
        }
        for (var rows = reader.ReadInt32(); rows > 0; rows--)
        {
            var image = reader.ReadInt32();
            images.Add(image);
            _rows.Add((image, start + reader.BaseStream.Position));
            reader.BaseStream.Position += _rowBytes;
        }
        Done += images.Count;
    }
}
