using System.Runtime.InteropServices;
using Pfe.Calibration;
using Pfe.Gallery;
using Pfe.Gallery.Exports;
using Pfe.Scoring;

namespace Pfe.Fuzz;

/// <summary>Readers of what galleries write.</summary>
internal static class GalleryTargets
{
    public static FuzzTarget Export(Scratch scratch)
    {
        var random = new Random(1);
        var model = new GalleryModel("model-a", "model a", 4, new ScoreCalibration
        {
            Score = ScoreKind.MutualLikelihood, Dimension = 4, GenuinePairs = 10, ImpostorPairs = 10, DifferentBelow = -2, Source = "drawn",
            Lines = [new EvidenceLine(-7, 0.1, -3), new EvidenceLine(-6, 0.08, -2)], FalseMatch = [new RateThreshold(1e-2, 3)],
            Quality = QualityScale.Fit([.. Enumerable.Range(0, 500).Select(_ => -7 + random.NextDouble())]),
        });
        return new("gallery export", [Written(model)], bytes => Read(model, bytes), Sealed);
    }

    private static byte[] Written(GalleryModel model)
    {
        using var output = new MemoryStream();
        var writer = new ExportWriter(output);
        var none = CancellationToken.None;
        writer.BeginAsync(new(Guid.Empty, "people", model.Id, model.Name, 4, 1, 1, new GalleryPolicy(), default, default), none).Wait();
        for (var i = 0; i < 3; i++)
        {
            var image = new ExportedImage(new Guid(i, 0, 0, new byte[8]), default, 50, Bytes([0.6f, 0, 0.8f, 0]), Bytes([-6, -6, -5, -7]));
            writer.AddAsync(new(Guid.Empty, $"id-{i}", "somebody", new Dictionary<string, string> { ["team"] = "a" }, default,
                [image, image with { Id = Guid.AllBitsSet, Reference = "b.jpg", Photo = [1, 2, 3] }]), none).Wait();
        }
        writer.EndAsync(none).Wait();
        return output.ToArray();
    }

    private static void Read(GalleryModel model, byte[] bytes)
    {
        using var input = new MemoryStream(bytes);
        foreach (var person in new ExportReader(model).ReadAsync(input, CancellationToken.None).ToBlockingEnumerable())
            foreach (var image in person.Images)
            {
                var face = new FaceEmbedding(MemoryMarshal.Cast<byte, float>(image.Mu), MemoryMarshal.Cast<byte, float>(image.LogVariance));
                if (!double.IsFinite(MutualLikelihood.Score(face, face)))
                    throw new InvalidDataException("an accepted template scores what is no number");
            }
    }

    private static byte[] Bytes(float[] vector) => MemoryMarshal.AsBytes<float>(vector).ToArray();

    /// <summary>The lines as they are, with the right checksums.</summary>
    private static byte[] Sealed(byte[] bytes)
    {
        var lines = new List<byte>();
        for (var start = 0; start < bytes.Length;)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start);
            if (end < 0) end = bytes.Length;
            var line = bytes.AsMemory(start, end - start);
            LineSeal.Open(line, out var json);
            lines.AddRange(json.Length > 0 ? LineSeal.Seal(json.Span) : []);
            lines.Add((byte)'\n');
            start = end + 1;
        }
        return [.. lines];
    }
}
