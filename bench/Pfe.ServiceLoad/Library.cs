using System.Diagnostics;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.ServiceLoad;

/// <summary>What the same photograph costs without a service.</summary>
internal static class Library
{
    /// <summary>Photographs a second: with everything decoded and prepared, and from the file's bytes.</summary>
    /// <remarks>
    /// "Networks alone" runs the detector and its landmarks on a decoded photograph and the embedder on prepared input, one thread a run
    /// and one worker a core: the sessions, and the little around them that no service could leave out.
    /// </remarks>
    public static (double Networks, double Whole) Measure(byte[] photo, TimeSpan time)
    {
        var store = new ModelStore();
        using var detector = FaceDetector.Open(store);
        using var embedder = FaceEmbedder.OpenAsync(store).GetAwaiter().GetResult();
        var pyramid = new Pyramid(Image.Decode(photo, "photograph"));
        var shared = ImageInput.FromPyramid(pyramid);
        var faces = detector.Detect(shared);
        var input = new float[faces.Count * embedder.InputLength];
        for (var i = 0; i < faces.Count; i++)
            embedder.Prepare(pyramid, faces[i].Landmarks, input.AsSpan(i * embedder.InputLength, embedder.InputLength));
        void Networks()
        {
            detector.Detect(shared);
            var (mu, logVariance) = (new float[faces.Count * embedder.Dimension], new float[faces.Count * embedder.Dimension]);
            embedder.Run(input, faces.Count, mu, logVariance, new float[faces.Count]);
        }
        void Whole()
        {
            var fresh = ImageInput.FromBytes(photo, "photograph");
            foreach (var face in detector.Detect(fresh)) embedder.Embed(fresh, face.Landmarks);
        }
        Rate(Networks, TimeSpan.FromSeconds(1));
        return (Rate(Networks, time), Rate(Whole, time));
    }

    private static double Rate(Action work, TimeSpan time)
    {
        var (count, watch) = (0L, Stopwatch.StartNew());
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (watch.Elapsed < time)
            {
                work();
                Interlocked.Increment(ref count);
            }
        })).ToList();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return count / watch.Elapsed.TotalSeconds;
    }
}
