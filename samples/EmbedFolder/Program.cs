// Every face of a folder into one file that Python reads as well.   dotnet run --project samples/EmbedFolder -- photos/ faces.safetensors
using Pfe.Vision;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;

if (args is not [var folder, var output])
{
    Console.Error.WriteLine("give a folder of photographs and the file to write");
    return 2;
}
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // What is done is kept: the next run goes on from there.
    pressed.Cancel = true;
    interrupt.Cancel();
};
var store = new ModelStore();
using var embedder = await FaceEmbedder.OpenAsync(store, cancellationToken: interrupt.Token);
using var detector = await FaceDetector.OpenAsync(store, cancellationToken: interrupt.Token);
var progress = new Progress<ImageProgress>(at => Console.Error.Write($"\r{at.Done} of {at.Total}, {at.Failed} failed "));
var run = EmbeddingRun.Run(FaceSource.InFolder(folder), embedder, detector, output, progress: progress, cancellation: interrupt.Token);
Console.WriteLine($"\n{run.Embedded} faces in {output}");
foreach (var failure in run.Failures) Console.WriteLine($"{failure.Name}: {failure.Reason}");
return 0;
