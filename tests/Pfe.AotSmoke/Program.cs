// The inference libraries under native AOT: everything that reflection or missing code would break, once. Prints "ok" or fails.
using Pfe;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Report;
using Pfe.Samples.Cookbook;
using Pfe.Search;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

var folder = Directory.CreateTempSubdirectory("pfe-aot-").FullName;
try
{
    // Core: the embedding file there and back, the index, the metrics.
    var file = Path.Combine(folder, "faces.safetensors");
    SimulatedFaces.Draw(persons: 30, images: 4).Save(file);
    using var faces = EmbeddingSet.Load(file);
    using var index = new MemoryIndex(faces.Dimension);
    index.Add([.. faces.ToIndexedFaces(path => Path.GetDirectoryName(path)!)]);
    Require(index.SearchPersons(faces[5])[0].Person.ToString() == "person00001", "the index finds the wrong person");
    var labels = LabelledFaces.FromFolders(faces.Paths);
    var scores = ScoredPairList.Of(faces, labels.Pairs(), Pfe.Scoring.ScoreKind.MutualLikelihood);
    Require(Roc.AtFars(scores.Genuine, scores.Impostor, [0.01])[0].Tar > 0.5, "the metrics are wrong");

    // Reporting: one page with its figures.
    var store = new ModelStore();
    using var fonts = new FigureFonts(store.Get("font"), store.Get("font-bold"));
    var page = FaceReport.Of(ReportData.Of("drawn faces", faces, labels)).Write(folder, fonts);
    Require(File.ReadAllText(page).Contains("<svg", StringComparison.Ordinal), "the report has no figures");

    // ONNX and vision: the default model, joined and run, on the sample photographs.
    using var verifier = await FaceVerifier.OpenAsync(store);
    ImageInput photograph = store.Samples()[0];
    var face = verifier.Face(photograph, new CompareOptions { Choice = FaceChoice.Main });
    Require(verifier.Compare(face, face).Cosine > 0.999f, "a face is not itself");
    Console.WriteLine("ok");
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static void Require(bool holds, string otherwise)
{
    if (!holds) throw new InvalidOperationException(otherwise);
}
