using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pfe.Gallery.Exports;

/// <summary>Writes an export: a header, a line a person, a last line; each with its checksum.</summary>
internal sealed class ExportWriter(Stream output)
{
    private int _persons;

    public Task BeginAsync(GalleryInfo gallery, CancellationToken cancellation) => WriteAsync(
        new(ExportHeader.Name, 2, gallery.Name, gallery.ModelId, gallery.ModelName, gallery.Dimension), ExportJson.Default.ExportHeader,
        cancellation);

    /// <returns>How many persons were written.</returns>
    public async Task<int> AddAsync(ExportedPerson person, CancellationToken cancellation)
    {
        await WriteAsync(person, ExportJson.Default.ExportedPerson, cancellation).ConfigureAwait(false);
        return ++_persons;
    }

    /// <returns>How many persons were written.</returns>
    public async Task<int> EndAsync(CancellationToken cancellation)
    {
        await WriteAsync(new ExportEnd(_persons), ExportJson.Default.ExportEnd, cancellation).ConfigureAwait(false);
        return _persons;
    }

    private async Task WriteAsync<T>(T line, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        await output.WriteAsync(LineSeal.Seal(JsonSerializer.SerializeToUtf8Bytes(line, type)), cancellation).ConfigureAwait(false);
        await output.WriteAsync("\n"u8.ToArray(), cancellation).ConfigureAwait(false);
    }
}
