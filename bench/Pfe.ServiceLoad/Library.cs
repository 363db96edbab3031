using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.ServiceLoad;

/// <summary>What the same photograph costs without a service, one worker a core, one thread a run.</summary>
/// <param name="Bare">Photographs a second by session.Run alone: every run of every network that the photograph takes, on ready
/// input.</param>
/// <param name="Whole">Photographs a second by the library, from the file's bytes.</param>
/// <param name="Runs">Runs of the detector and of the landmark network, and faces.</param>
internal sealed record Library(double Bare, double Whole, (int Detector, int Landmarks, int Faces) Runs)
{
    public static Library Measure(byte[] photo, TimeSpan time)
    {
        var store = new ModelStore();
        using var detector = FaceDetector.Open(store);
        using var embedder = FaceEmbedder.OpenAsync(store).GetAwaiter().GetResult();
        using var boxes = new NetworkSession("detector", store.Read("detector").Bytes.ToArray(), [3, UltraFaceNetwork.Height,
            UltraFaceNetwork.Width], ["scores", "boxes"]);
        using var points = new NetworkSession("landmarks", store.Read("landmarks").Bytes.ToArray(), [1, 64, 64]);
        var runs = Count(store, photo);
        var pyramid = new Pyramid(Image.Decode(photo, "photograph"));
        var input = new float[embedder.InputLength];
        embedder.Prepare(pyramid, detector.Detect(ImageInput.FromPyramid(pyramid))[0].Landmarks, input);
        var random = new Random(1);
        float[] Noise(NetworkSession session) => [.. Enumerable.Range(0, session.InputLength).Select(_ => random.NextSingle() - 0.5f)];
        var (picture, crop) = (Noise(boxes), Noise(points));
        Action Bare()
        {
            var found = new Memory<float>[] { new float[boxes.OutputLength(0)], new float[boxes.OutputLength(1)] };
            var (landmarks, mu, logVariance) = (new float[points.OutputLength(0)], new float[embedder.Dimension],
                new float[embedder.Dimension]);
            return () =>
            {
                for (var i = 0; i < runs.Detector; i++) boxes.Run(picture, 1, found);
                for (var i = 0; i < runs.Landmarks; i++) points.Run(crop, 1, landmarks);
                for (var i = 0; i < runs.Faces; i++) embedder.Run(input, 1, mu, logVariance, new float[1]);
            };
        }
        Action Whole() => () =>
        {
            var fresh = ImageInput.FromBytes(photo, "photograph");
            foreach (var face in detector.Detect(fresh)) embedder.Embed(fresh, face.Landmarks);
        };
        Rate(Bare, TimeSpan.FromSeconds(2));
        return new(Rate(Bare, time), Rate(Whole, time), runs);
    }

    /// <summary>How often a photograph makes each network run, by ONNX Runtime's own profile.</summary>
    private static (int Detector, int Landmarks, int Faces) Count(ModelStore store, byte[] photo)
    {
        var folder = Directory.CreateTempSubdirectory("pfe-load-");
        try
        {
            var (opened, faces) = (0, 0);
            using (var detector = new FaceDetector(store.Read("detector"), store.Read("landmarks"), new FaceDetectorOptions(), session =>
            {
                // The runtime takes the prefix when profiling is switched on.
                session.ProfileOutputPathPrefix = Path.Combine(folder.FullName, $"{opened++}");
                session.EnableProfiling = true;
            })) faces = detector.Detect(ImageInput.FromBytes(photo, "photograph")).Count;
            if (faces == 0) throw new PfeException("the photograph shows no face");
            // Each session runs a black image once when it is opened.
            int Runs(int network) => folder.GetFiles($"{network}_*").Sum(file => File.ReadAllText(file.FullName)
                .Split("\"model_run\"").Length - 1) - 1;
            var runs = (Detector: Runs(0), Landmarks: Runs(1), faces);
            if (runs.Detector < 1 || runs.Landmarks < faces) throw new InvalidOperationException($"runs were not counted: {runs}");
            return runs;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Rate(Func<Action> make, TimeSpan time)
    {
        var (count, watch) = (0L, Stopwatch.StartNew());
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            var work = make();
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
