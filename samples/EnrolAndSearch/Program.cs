// A folder of people (one folder each) into an index, then: who is this?
// dotnet run --project samples/EnrolAndSearch -- people/ probe.jpg
using Pfe;
using Pfe.Search;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

if (args is not [var people, var probe])
{
    Console.Error.WriteLine("give a folder of people, one folder each, and a photograph");
    return 2;
}
var store = new ModelStore();
using var detector = await FaceDetector.OpenAsync(store);
using var embedder = await FaceEmbedder.OpenAsync(store);
using var index = new MemoryIndex(embedder.Dimension, new IndexOptions { ModelId = embedder.ModelId });
foreach (var photo in Directory.EnumerateFiles(people, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
    if (Embed(photo) is { } face) index.Add(new IndexedFace(photo, Path.GetFileName(Path.GetDirectoryName(photo)!), face));
Console.WriteLine($"{index.Count} faces enrolled");

if (Embed(probe) is not { } unknown) return 1;
// The best two persons, not the best two faces: the second is somebody else, so that the lead over it means something.
foreach (var match in index.SearchPersons(unknown, new SearchOptions { K = 2 }))
    Console.WriteLine($"{match.Person}: MLS {match.Score:F1} by {match.Face}");
return 0;

FaceEmbedding? Embed(string path)
{
    try
    {
        // One input for both: detector and embedder share the decoded pixels.
        ImageInput photo = path;
        if (detector.DetectMain(photo) is { } face) return embedder.Embed(photo, face.Landmarks).Embedding;
        Console.Error.WriteLine($"{path}: no face");
    }
    catch (ImageException e)
    {
        Console.Error.WriteLine(e.Message);
    }
    return null;
}
