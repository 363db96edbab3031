using System.Numerics.Tensors;

namespace Pfe.Cli.Measuring;

/// <summary>
/// Faces drawn as the method sees them: a person is a point on the sphere; an image of them is that point plus Gaussian noise of the
/// image's own variances, brought back to unit length. Variances differ from image to image (quality) and from dimension to dimension.
/// Reproducible.
/// </summary>
internal static class SimulatedFaces
{
    private const int FacesOfAPerson = 5;

    /// <summary>Faces <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1 of an endless sequence; face i
    /// shows person i / 5. Another shot shows the same people on other images.</summary>
    public static EmbeddingSet Create(int first, int count, int dimension, int shot = 0)
    {
        var (mu, logVariance) = (new float[(long)count * dimension], new float[(long)count * dimension]);
        Parallel.For(0, count, i =>
        {
            var person = new Normals((ulong)((first + i) / FacesOfAPerson) * 2 + 1);
            var image = new Normals(((ulong)(first + i) << 32) + (ulong)shot * 2 + 2);
            Span<float> mean = mu.AsSpan(i * dimension, dimension), logs = logVariance.AsSpan(i * dimension, dimension);
            for (var l = 0; l < dimension; l++) mean[l] = person.Next();
            TensorPrimitives.Divide(mean, TensorPrimitives.Norm(mean), mean);
            // On average the noise is as long as 0.8 of the signal: mates have a cosine of about 0.6.
            var quality = MathF.Log(0.64f / dimension) + 0.5f * image.Next();
            for (var l = 0; l < dimension; l++)
            {
                logs[l] = quality + 0.3f * image.Next();
                mean[l] += MathF.Exp(logs[l] / 2) * image.Next();
            }
            TensorPrimitives.Divide(mean, TensorPrimitives.Norm(mean), mean);
        });
        return new EmbeddingSet(dimension, mu, logVariance,
            [.. Enumerable.Range(first, count).Select(i => $"person {i / FacesOfAPerson}, image {i % FacesOfAPerson}")]);
    }

    /// <summary>Numbers near enough to a standard normal, by the sum of the four 16-bit parts of a hashed counter: fast and the same
    /// everywhere.</summary>
    private struct Normals(ulong seed)
    {
        private ulong _state = seed * 0x9E3779B97F4A7C15;

        public float Next()
        {
            _state += 0x9E3779B97F4A7C15;
            var z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            var sum = (int)(z & 0xFFFF) + (int)((z >> 16) & 0xFFFF) + (int)((z >> 32) & 0xFFFF) + (int)(z >> 48);
            return (sum - 131070) * (1 / 37837f);
        }
    }
}
