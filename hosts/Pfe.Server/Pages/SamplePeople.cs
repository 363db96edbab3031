using System.Security.Cryptography;
using Pfe.Calibration;
using Pfe.Gallery;
using Pfe.Scoring;
using Pfe.Server.Faces;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Server.Pages;

/// <summary>
/// A gallery to try things with: the registry's sample photographs, groups of people, each face cut out and given to whoever it looks like.
/// Nobody's name is known, so people are numbered.
/// </summary>
internal sealed class SamplePeople(GalleryCatalog catalog, FaceEngine engine, ModelStore store) : IDisposable
{
    /// <summary>The gallery's name.</summary>
    public const string Name = "Sample people";

    // A cut-out that a detector finds its face in again.
    private const double Margin = 0.45;

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Enrols them, unless they are there.</summary>
    /// <returns>The gallery.</returns>
    public async Task<Guid> EnrolAsync(WriteContext context, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (await catalog.FindAsync(Name, cancellation) is { } there) return there.Id;
            var model = engine.Default;
            var people = Group(await FacesAsync(model, cancellation), model.Calibration);
            var info = await catalog.CreateAsync(Name, model.Description, new GalleryPolicy { KeepPhotos = true }, context, cancellation);
            var gallery = await catalog.OpenAsync(info.Id, model.Description, cancellation);
            for (var i = 0; i < people.Count; i++)
            {
                try
                {
                    await gallery.EnrolAsync(new EnrolRequest { Name = $"Sample person {i + 1}", Samples = people[i] }, context,
                        cancellation);
                }
                catch (GalleryException e) when (e.Error == GalleryError.NoUsableFace)
                {
                    // A face in the background that the quality gate does not take.
                }
            }
            return info.Id;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<List<FaceSample>> FacesAsync(FaceModel model, CancellationToken cancellation)
    {
        var samples = new List<FaceSample>();
        // Takes seconds where they were never fetched.
        var paths = await store.SamplesAsync(cancellationToken: cancellation);
        foreach (var path in paths)
        {
            var bytes = await File.ReadAllBytesAsync(path, cancellation);
            var photo = await engine.AnalyseAsync(bytes, "a sample photograph", model, main: false, cancellation);
            foreach (var face in photo.Faces)
            {
                var cut = PreviewImage.Jpeg(Cut(photo.Image, face.Detection.Box));
                samples.Add(new FaceSample(face.Embedding)
                {
                    Measures = face.Measures, Photo = cut,
                    Sha256 = Convert.ToHexStringLower(SHA256.HashData(cut)),
                });
            }
        }
        return samples;
    }

    /// <summary>Each face to the person whose faces it resembles most, where that is "the same"; otherwise it begins a person.</summary>
    private static List<List<FaceSample>> Group(List<FaceSample> faces, ScoreCalibration calibration)
    {
        var people = new List<List<FaceSample>>();
        foreach (var face in faces)
        {
            var (best, evidence) = (-1, calibration.ThresholdAt(calibration.DefaultFalseMatchRate));
            for (var i = 0; i < people.Count; i++)
            {
                var nearest = people[i].Max(other => Evidence(face, other, calibration));
                if (nearest >= evidence) (best, evidence) = (i, nearest);
            }
            if (best >= 0) people[best].Add(face);
            else people.Add([face]);
        }
        return people;
    }

    private static double Evidence(FaceSample a, FaceSample b, ScoreCalibration calibration) => calibration.LogLikelihoodRatio(
        MutualLikelihood.Score(a.Embedding, b.Embedding), FaceUncertainty.Of(a.Embedding), FaceUncertainty.Of(b.Embedding));

    internal static Image Cut(Image image, FaceBox box)
    {
        var side = (1 + 2 * Margin) * Math.Max(box.Width, box.Height);
        var (left, top) = ((int)Math.Max(0, box.Centre.X - side / 2), (int)Math.Max(0, box.Centre.Y - side / 2));
        var (right, bottom) = ((int)Math.Min(image.Width, box.Centre.X + side / 2), (int)Math.Min(image.Height, box.Centre.Y + side / 2));
        var pixels = new byte[3 * (right - left) * (bottom - top)];
        for (var y = top; y < bottom; y++)
            image.Row(y).Slice(3 * left, 3 * (right - left)).CopyTo(pixels.AsSpan(3 * (right - left) * (y - top)));
        return new Image(right - left, bottom - top, pixels);
    }
}
