using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pfe.Gallery.Enrolment;

namespace Pfe.Gallery.Exports;

/// <summary>Reads an export line by line; whatever is wrong is said with its line.</summary>
internal sealed class ExportReader
{
    /// <summary>Longest line in bytes: a person with hundreds of photographs.</summary>
    private const int LongestLine = 1 << 29;

    private readonly GalleryModel _model;
    private readonly int _longest;
    private int _number;
    private bool _sealed;

    /// <param name="model">Whose embeddings are wanted.</param>
    /// <param name="longest">Longest line in bytes.</param>
    public ExportReader(GalleryModel model, int longest = LongestLine) => (_model, _longest) = (model, longest);

    /// <summary>The persons of an export.</summary>
    /// <param name="input">What <see cref="ExportWriter"/> wrote, or a program in the first version's form.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="GalleryException">Not an export, of another model, damaged or cut off; names the line.</exception>
    public async IAsyncEnumerable<ExportedPerson> ReadAsync(Stream input, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (persons, ended) = (0, false);
        await foreach (var line in LinesAsync(input, cancellation).ConfigureAwait(false))
        {
            _number++;
            if (_number == 1)
            {
                Begin(line);
                continue;
            }
            if (ended) throw Invalid("there is something behind the last line of the export");
            var json = Opened(line);
            ended = _sealed && json.Span.StartsWith("{\"persons\":"u8);
            if (ended)
            {
                var counted = Parse(json, ExportJson.Default.ExportEnd).Persons;
                if (counted != persons) throw Invalid($"the export had {counted} persons, and {persons} are there");
                continue;
            }
            var person = Parse(json, ExportJson.Default.ExportedPerson);
            Check(person);
            persons++;
            yield return person;
        }
        if (_number == 0) Begin(default);
        if (_sealed && !ended)
            throw new GalleryException(GalleryError.Invalid, $"line {_number + 1}: the export was cut off: its last line, which says how " +
                $"many persons there are, is missing; {persons} were read");
    }

    private void Begin(ReadOnlyMemory<byte> line)
    {
        var seal = LineSeal.Open(line, out var json);
        if (seal == false) throw Invalid(Damaged);
        var header = Parse(json, ExportJson.Default.ExportHeader);
        if (header.Format != ExportHeader.Name || header.Version is not (1 or 2))
            throw Invalid($"this is no export of a gallery; its first line says format '{ExportHeader.Name}', version 1 or 2");
        _sealed = header.Version == 2;
        if (_sealed && seal is null) throw Invalid(Unsealed);
        if (header.ModelId != _model.Id || header.Dimension != _model.Dimension)
            throw new GalleryException(GalleryError.ModelMismatch,
                $"the export holds embeddings of the model '{header.ModelName}', the gallery is of '{_model.Name}': " +
                "enrol the photographs instead");
    }

    private ReadOnlyMemory<byte> Opened(ReadOnlyMemory<byte> line) => LineSeal.Open(line, out var json) switch
    {
        false => throw Invalid(Damaged),
        null when _sealed => throw Invalid(Unsealed),
        _ => json,
    };

    private void Check(ExportedPerson person)
    {
        if (person.Images.Contains(null!)) throw Invalid("an image is null");
        if (person.Metadata.Values.Contains(null!)) throw Invalid("a value of the metadata is null");
        foreach (var image in person.Images)
            if (Problem(image) is { } problem) throw Invalid($"image {image.Id}: {problem}");
        if (person.Images.CountBy(image => image.Id).FirstOrDefault(id => id.Value > 1) is { Value: > 1 } twice)
            throw Invalid($"image {twice.Key} is there {twice.Value} times");
    }

    private string? Problem(ExportedImage image) => image.Mu.Length % sizeof(float) != 0 || image.LogVariance.Length % sizeof(float) != 0
        ? "its template is no row of numbers"
        : TemplateRules.Problem(MemoryMarshal.Cast<byte, float>(image.Mu), MemoryMarshal.Cast<byte, float>(image.LogVariance),
            _model.Dimension);

    private T Parse<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type) where T : class
    {
        try { return JsonSerializer.Deserialize(json.Span, type) ?? throw new JsonException("null"); }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new GalleryException(GalleryError.Invalid,
                $"line {Math.Max(1, _number)}: not a line of an export of a gallery: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(Stream input, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pipe = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        try
        {
            for (var examined = 0L; ;)
            {
                var read = await pipe.ReadAsync(cancellation).ConfigureAwait(false);
                var rest = read.Buffer;
                while (rest.Slice(examined).PositionOf((byte)'\n') is { } end)
                {
                    yield return Line(rest.Slice(0, end));
                    rest = rest.Slice(rest.GetPosition(1, end));
                    examined = 0;
                }
                if (rest.Length > _longest)
                    throw new GalleryException(GalleryError.Invalid, $"line {_number + 1}: longer than {_longest} bytes");
                if (read.IsCompleted)
                {
                    if (!rest.IsEmpty) yield return Line(rest);
                    yield break;
                }
                examined = rest.Length;
                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally { await pipe.CompleteAsync().ConfigureAwait(false); }
    }

    // A byte-order mark and the line ends of Windows, which editors put in, are no part of it.
    private ReadOnlyMemory<byte> Line(ReadOnlySequence<byte> bytes)
    {
        ReadOnlyMemory<byte> line = bytes.ToArray();
        if (_number == 0 && line.Span.StartsWith("\uFEFF"u8)) line = line[3..];
        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private const string Damaged = "its checksum is wrong: it was changed or damaged";
    private const string Unsealed = "it has no checksum as its last field, which every line of an export of version 2 has";

    private GalleryException Invalid(string problem) => new(GalleryError.Invalid, $"line {_number}: {problem}");
}
