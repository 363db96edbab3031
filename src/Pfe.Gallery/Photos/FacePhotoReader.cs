using System.Security.Cryptography;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Gallery;

/// <summary>A face of a photograph, ready to be enrolled or identified.</summary>
/// <param name="Detection">Where it is.</param>
/// <param name="Embedding">The face as a Gaussian.</param>
/// <param name="Measures">What was measured of it.</param>
public sealed record PhotoFace(DetectedFace Detection, FaceEmbedding Embedding, FaceMeasures Measures);

/// <summary>
/// From a photograph's bytes to faces that a gallery takes. Safe for use by several threads at once; each call uses one thread.
/// </summary>
/// <param name="detector">Finds faces; stays the caller's to close.</param>
/// <param name="embedder">The gallery's model; stays the caller's to close.</param>
public sealed class FacePhotoReader(IFaceDetector detector, IFaceEmbedder embedder)
{
    /// <summary>Every face of a photograph, best detection first.</summary>
    /// <param name="photo">The file's bytes.</param>
    /// <param name="name">What to call it in an error message.</param>
    /// <exception cref="ImageException">Not an image, damaged or too large.</exception>
    public IReadOnlyList<PhotoFace> ReadAll(ReadOnlySpan<byte> photo, string name)
    {
        var input = ImageInput.FromImage(Image.Decode(photo, name), name);
        return [.. detector.Detect(input).Select(face => Read(input, face))];
    }

    /// <summary>
    /// The one face of a photograph for an enrolment. A photograph that cannot be read or shows no face is refused with advice, not with an
    /// exception: the others of its request still count.
    /// </summary>
    /// <param name="photo">The file's bytes.</param>
    /// <param name="reference">The caller's own reference; also the name in messages.</param>
    /// <param name="mainFace">Whether to take the main face where there are several, instead of refusing the photograph.</param>
    /// <returns>A sample, or why there is none.</returns>
    public (FaceSample? Sample, RejectedImage? Rejected) ReadSample(ReadOnlyMemory<byte> photo, string? reference, bool mainFace = false)
    {
        var input = ImageInput.FromBytes(photo, reference ?? "photograph");
        Image image;
        try
        {
            image = input.Open().Image;
        }
        catch (ImageException e)
        {
            return Refused(AdviceCode.Unreadable, e.Message);
        }
        var faces = detector.DetectLarge(input);
        if (faces.Count == 0) return Refused(AdviceCode.NoFace,
            "no face found: one face, seen from the front and at least 40 pixels wide, is wanted");
        if (faces.Count > 1 && !mainFace) return Refused(AdviceCode.SeveralFaces, $"{faces.Count} faces found: crop the photograph to one");
        var face = Read(input, FaceDetector.Main(faces, image)!);
        return (new FaceSample(face.Embedding)
        {
            Measures = face.Measures, Reference = reference, Photo = photo, Sha256 = Convert.ToHexStringLower(SHA256.HashData(photo.Span)),
        }, null);

        (FaceSample?, RejectedImage?) Refused(AdviceCode code, string text) =>
            (null, new RejectedImage(reference, [new Advice(code, text)]));
    }

    private PhotoFace Read(ImageInput photo, DetectedFace face) =>
        new(face, embedder.Embed(photo, face.Landmarks).Embedding, FaceMeasures.Of(photo, face));
}
