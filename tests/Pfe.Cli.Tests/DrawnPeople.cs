using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>Enough aligned "faces" of chance pixels, and a configuration, for a training run of seconds.</summary>
internal static class DrawnPeople
{
    /// <summary>Writes pictures and configuration.</summary>
    /// <param name="folder">Gets the pictures, the feature cache and the configuration.</param>
    /// <param name="log">Where the run's folder goes.</param>
    /// <returns>The configuration.</returns>
    public static string Configuration(TemporaryFolder folder, string log)
    {
        for (var image = 0; image < 8; image++)
            BadPictures.Noise(112, 112, image).Save(folder.File("people", $"p{image / 2}", $"{image % 2}.png"));
        var path = folder.File("config.json");
        File.WriteAllText(path, $$"""
            {
              "name": "x", "log_base_dir": "{{log}}", "train_dataset_path": "{{Path.Combine(folder.Path, "people")}}",
              "cache_dir": "{{Path.Combine(folder.Path, "cache")}}",
              "head_input": "embedding", "landmarks": "aligned", "batch_format": { "size": 4, "num_classes": 2 },
              "epoch_size": 2, "num_epochs": 2, "summary_interval": 1, "threads": 1
            }
            """);
        return path;
    }
}
