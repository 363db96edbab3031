using System.Buffers.Binary;
using System.Text;
using Pfe.Storage;
using Pfe.Training.Runs;

namespace Pfe.Training.Summaries;

/// <summary>One value of a summary.</summary>
/// <param name="Tag">Its name in TensorBoard; a slash groups.</param>
/// <param name="Value">The value; kept in single precision.</param>
internal readonly record struct Scalar(string Tag, double Value);

/// <summary>
/// A TensorBoard event file of scalars: records of [length, checksum, payload, checksum], each payload a protocol buffer <c>Event</c>.
/// Every call leaves a whole file on disk, so TensorBoard can follow a run and a killed run can go on.
/// </summary>
internal static class EventFile
{
    private const string Version = "brain.Event:2";
    private const int LengthBytes = 8, ChecksumBytes = 4;

    // Protocol buffer keys: field number << 3 | wire type. Event: wall_time = 1, step = 2, file_version = 3, summary = 5;
    // Summary: value = 1; Summary.Value: tag = 1, simple_value = 2.
    private const byte WallTime = 1 << 3 | 1, Step = 2 << 3, FileVersion = 3 << 3 | 2, SummaryMessage = 5 << 3 | 2, Value = 1 << 3 | 2,
        Tag = 1 << 3 | 2, SimpleValue = 2 << 3 | 5;

    /// <summary>Appends a training summary: loss, regularisation loss and learning rate under the reference's tags, and what Pfe
    /// adds.</summary>
    /// <param name="path">The file; created where there is none.</param>
    /// <param name="time">The time of the step.</param>
    /// <param name="summary">The summary.</param>
    internal static void Append(string path, DateTimeOffset time, Summary summary) => Append(path, time, summary.Step,
        new("losses/loss", summary.Loss), new("losses/reg_loss", summary.RegularisationLoss), new("learning_rate", summary.LearningRate),
        new("sigma/mean_log_variance", summary.MeanLogVariance), new("sigma/spread", summary.SigmaSpread),
            new("images_per_second", summary.ImagesPerSecond));

    /// <summary>Appends one step's values; creates the file where there is none.</summary>
    /// <param name="path">The file; TensorBoard reads files whose name contains <c>tfevents</c>.</param>
    /// <param name="time">The time of the step.</param>
    /// <param name="step">The step.</param>
    /// <param name="scalars">The values.</param>
    /// <exception cref="PfeException">The file cannot be written.</exception>
    public static void Append(string path, DateTimeOffset time, long step, params ReadOnlySpan<Scalar> scalars)
    {
        var records = new MemoryStream();
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            Frame(records, Event(time, writer => WriteText(writer, FileVersion, Version)));
        var summary = SummaryOf(scalars);
        Frame(records, Event(time, writer =>
        {
            writer.Write(Step);
            writer.Write7BitEncodedInt64(step);
            WriteBytes(writer, SummaryMessage, summary);
        }));
        Guarded(path, FileMode.Append, file => records.WriteTo(file));
    }

    /// <summary>Forgets what comes after <paramref name="step"/>, and a record that a killed run left half-written.</summary>
    /// <param name="path">The file; nothing happens where there is none.</param>
    /// <param name="step">The last step to keep.</param>
    /// <exception cref="PfeException">The file cannot be written.</exception>
    public static void TruncateAfter(string path, long step)
    {
        if (!File.Exists(path)) return;
        var keep = 0;
        var bytes = File.ReadAllBytes(path);
        while (Payload(bytes.AsSpan(keep)) is { IsEmpty: false } payload && StepOf(payload) <= step)
            keep += LengthBytes + ChecksumBytes + payload.Length + ChecksumBytes;
        if (keep < bytes.Length) Guarded(path, FileMode.Open, file => file.SetLength(keep));
    }

    private static byte[] Event(DateTimeOffset time, Action<BinaryWriter> write) => Message(writer =>
    {
        writer.Write(WallTime);
        writer.Write((time - DateTimeOffset.UnixEpoch).TotalSeconds);
        write(writer);
    });

    private static byte[] SummaryOf(ReadOnlySpan<Scalar> scalars)
    {
        var values = scalars.ToArray();
        return Message(writer =>
        {
            foreach (var scalar in values)
            {
                WriteBytes(writer, Value, Message(inner =>
                {
                    WriteText(inner, Tag, scalar.Tag);
                    inner.Write(SimpleValue);
                    inner.Write((float)scalar.Value);
                }));
            }
        });
    }

    private static byte[] Message(Action<BinaryWriter> write)
    {
        var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes)) write(writer);
        return bytes.ToArray();
    }

    private static void WriteText(BinaryWriter writer, byte key, string text) => WriteBytes(writer, key, Encoding.UTF8.GetBytes(text));

    private static void WriteBytes(BinaryWriter writer, byte key, byte[] bytes)
    {
        writer.Write(key);
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    private static void Frame(MemoryStream file, byte[] payload)
    {
        Span<byte> length = stackalloc byte[LengthBytes], checksum = stackalloc byte[ChecksumBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, payload.Length);
        file.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Masked(length));
        file.Write(checksum);
        file.Write(payload);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Masked(payload));
        file.Write(checksum);
    }

    /// <summary>The payload of the record that a span begins with; empty when it is torn or damaged.</summary>
    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LengthBytes + 2 * ChecksumBytes) return default;
        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (length < 0 || length > bytes.Length - LengthBytes - 2 * ChecksumBytes) return default;
        var payload = bytes.Slice(LengthBytes + ChecksumBytes, (int)length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[(LengthBytes + ChecksumBytes + payload.Length)..]) == Crc32C.Masked(payload)
            ? payload : default;
    }

    /// <summary>The step of an event as this class writes it: behind key and time; the version record has none.</summary>
    private static long StepOf(ReadOnlySpan<byte> payload)
    {
        const int At = 1 + sizeof(double);
        if (payload.Length <= At || payload[At] != Step) return 0;
        var (step, shift) = (0L, 0);
        foreach (var part in payload[(At + 1)..])
        {
            step |= (long)(part & 0x7f) << shift;
            shift += 7;
            if (part < 0x80) break;
        }
        return step;
    }

    private static void Guarded(string path, FileMode mode, Action<FileStream> change)
    {
        try
        {
            using var file = new FileStream(path, mode, FileAccess.Write, FileShare.Read);
            change(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write '{path}': {e.Message}", e);
        }
    }
}
