using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Vision;

namespace Pfe.Server.Tests.Support;

/// <summary>
/// People whom nobody photographed, of the service's own model: a person is a direction, an image that direction with noise of the
/// variances that the model gave to a real face. Every face follows from its numbers.
/// </summary>
internal sealed class SimulatedPeople
{
    private readonly FaceEmbedding _like;
    private readonly float[] _logVariance;

    private SimulatedPeople(FaceEmbedding like) => (_like, _logVariance) = (like, like.LogVariance.ToArray());

    public static async Task<SimulatedPeople> LikeAsync(FaceEngine engine, byte[] photo) => new(
        (await engine.AnalyseAsync(photo, "a face", engine.Default, main: true, CancellationToken.None)).Faces[0].Embedding);

    public FaceEmbedding Image(int person, int shot)
    {
        var (who, noise) = (new Random(person * 7919 + 17), new Random(person * 1000 + shot));
        var direction = Unit([.. _logVariance.Select(_ => (float)Gaussian(who))]);
        return new FaceEmbedding(
            Unit([.. direction.Select((value, l) => value + MathF.Exp(_logVariance[l] / 2) * (float)Gaussian(noise))]), _logVariance,
            _like.ModelId);
    }

    public EnrolRequest Request(int person) => new()
    {
        ExternalId = $"id-{person}", Samples = [new FaceSample(Image(person, 0)), new FaceSample(Image(person, 1))], IgnoreGate = true,
        OpenReviews = false,
    };

    private static float[] Unit(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / length);
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
