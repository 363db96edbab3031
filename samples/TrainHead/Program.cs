// The uncertainty head for a base network, trained on a folder of people.   dotnet run --project samples/TrainHead -- people/
using Pfe.Training;
using Pfe.Training.Configuration;
using Pfe.Vision.Models;

if (args is not [var people])
{
    Console.Error.WriteLine("give a folder of people, one folder each, with at least four photographs a person");
    return 2;
}
var config = new TrainingConfig
{
    Name = "sample",
    TrainDatasetPath = people,
    // The default base network; any ONNX file with a description works (docs/any-base.md).
    EmbeddingNetwork = "base",
    HeadInput = "embedding",
    Landmarks = LandmarkSource.Detect,
    EpochSize = 200,
    NumEpochs = 1,
    LearningRateSchedule = new() { ["0"] = 1e-3 },
};
var progress = new Progress<TrainingEvent>(happened =>
{
    if (happened is TrainingEvent.Stepped(var at, var steps, _)) Console.WriteLine($"step {at.Step} of {steps}: loss {at.Loss:F1}");
});
var result = TrainingRun.Start(config, new ModelStore(), TimeProvider.System.GetUtcNow(), progress);
Console.WriteLine($"base and head in one ONNX file: {result.Folder.Model}");
return 0;
