// Metrics for embeddings of any origin: plain arrays in, numbers with intervals out.   dotnet run --project samples/OwnFeatures
using Pfe.Evaluation.Metrics;

// Stands for your own network: 100 people, 4 images each, D = 64, unit length; an image lies about its person's direction.
const int persons = 100, images = 4, dimension = 64;
var random = new Random(7);
var centres = Enumerable.Range(0, persons).Select(_ => Direction(new float[dimension], 1)).ToArray();
var faces = Enumerable.Range(0, persons * images).Select(i => Direction(centres[i / images], 0.9f)).ToArray();
int[] identities = [.. Enumerable.Range(0, persons * images).Select(i => i / images)];

var scores = new float[faces.Length * faces.Length];
for (var row = 0; row < faces.Length; row++)
    for (var column = 0; column < faces.Length; column++)
        scores[row * faces.Length + column] = faces[row].Zip(faces[column], (a, b) => a * b).Sum();

// Each pair once, no face against itself.
var (genuine, impostor) = new ScoreMatrix(scores, identities, identities).Split(MatrixPart.UpperTriangle);
foreach (var point in Roc.AtFars(genuine, impostor, [1e-2, 1e-3]))
    Console.WriteLine($"FAR {point.RequestedFar:0.###}: TAR {point.Tar:P2} at cosine {point.Threshold:F3}");

// Around a centre with a noise as long as it; unit length.
float[] Direction(float[] centre, float noise)
{
    var vector = centre.Select(value => value + noise * (float)(random.NextDouble() - 0.5) / MathF.Sqrt(dimension) * 6).ToArray();
    var length = MathF.Sqrt(vector.Sum(value => value * value));
    return [.. vector.Select(value => value / length)];
}
