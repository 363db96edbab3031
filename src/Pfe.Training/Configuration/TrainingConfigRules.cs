using Pfe.Storage;

namespace Pfe.Training.Configuration;

/// <summary>What the values of a training configuration keep to; limits are far beyond what helps a training and within what it can
/// compute.</summary>
internal static class TrainingConfigRules
{
    private const int MostThreads = 1024, MostCopies = 1000, MostImagesABatch = 1 << 16, MostHidden = 1 << 16, MostImages = 1 << 24;

    // Far above what learns anything, far below where single precision ends: who diverges is told so by the training.
    private const double MostRate = 1e12;

    /// <summary>Tells <paramref name="require"/> of every rule whether it holds and what is wrong where it does not.</summary>
    public static void Check(TrainingConfig config, Action<bool, string> require)
    {
        CheckNames(config, require);
        CheckNetwork(config, require);
        CheckSteps(config, require);
        CheckDamage(config.Damage, require);
        if (config.Trust is { } trust) CheckTrust(trust, require);
    }

    private static void CheckNames(TrainingConfig config, Action<bool, string> require)
    {
        require(OutputFolder.Problem(config.Name) is null, $"name '{config.Name}' must be a folder's name");
        foreach (var (key, path, isWanted) in new[]
        {
            ("train_dataset_path", config.TrainDatasetPath, true), ("log_base_dir", config.LogBaseDir, true),
            ("embedding_network", config.EmbeddingNetwork, true), ("network_description", config.NetworkDescription, false),
            ("restore_model", config.RestoreModel, false), ("cache_dir", config.CacheDir, false),
            ("landmarks", config.Landmarks.List, false),
        })
        {
            require(!isWanted || path?.Length > 0, $"{key} is empty; it should be a path or, of a network, a name");
            require(path?.Contains('\0', StringComparison.Ordinal) != true, $"{key} holds a zero byte, which no path can");
        }
    }

    private static void CheckNetwork(TrainingConfig config, Action<bool, string> require)
    {
        require(config.Channels == 3, $"channels {config.Channels}: only 3 is possible; grey images are read as three equal channels");
        require(config.UncertaintyModule is "fc" or TrainingConfig.ProbFaceModule,
            $"uncertainty_module '{config.UncertaintyModule}' is not known; there are fc and {TrainingConfig.ProbFaceModule}");
        require(config.UncertaintyModuleOutputSize is null or > 0,
            $"uncertainty_module_output_size {config.UncertaintyModuleOutputSize} must be 1 or the embedding's size");
        require(config.UncertaintyModuleOutputSize != 1 || config.UncertaintyModule == TrainingConfig.ProbFaceModule,
            $"uncertainty_module_output_size 1 belongs to uncertainty_module '{TrainingConfig.ProbFaceModule}'");
        require(config.OutputConstraintType is null or "" or "L1" or "L2",
            $"output_constraint_type '{config.OutputConstraintType}' is not known; there are L1 and L2");
        require(config.DiscriminatMetricType is "triplet_semihard" or "contrastive",
            $"discriminat_metric_type '{config.DiscriminatMetricType}' is not known; there are triplet_semihard and contrastive");
        if (config.LossWeights is { } weights)
            require(weights is
            {
                MlsLoss: >= 0 and <= MostRate, OutputConstraintLoss: >= 0 and <= MostRate, DiscriminateLoss: >= 0 and <= MostRate,
            } && weights.MlsLoss + weights.DiscriminateLoss > 0,
                $"loss_weights must lie in [0, {MostRate:0e0}], and mls_loss or discriminate_loss must count");
        require(config.ImageSize is null or { Length: 2 }, "image_size should be [height, width]");
    }

    private static void CheckSteps(TrainingConfig config, Action<bool, string> require)
    {
        require(config.SummaryInterval > 0, $"summary_interval {config.SummaryInterval} must be at least 1");
        require(config.EpochSize > 0 && config.NumEpochs > 0,
            $"epoch_size {config.EpochSize} and num_epochs {config.NumEpochs} must be at least 1");
        require((long)config.EpochSize * config.NumEpochs <= int.MaxValue,
            $"epoch_size {config.EpochSize} x num_epochs {config.NumEpochs} are more than {int.MaxValue} steps");
        require(config.BatchFormat.Size <= MostImagesABatch,
            $"batch_format: size {config.BatchFormat.Size} must be at most {MostImagesABatch}");
        foreach (var (key, value) in config.LearningRateSchedule)
            require(value >= 0 && value <= (key is "interval" or "start" or "end_step" ? int.MaxValue : MostRate),
                $"learning_rate_schedule: the {value} of '{key}' must lie in 0 to {MostRate:0e0}, a step in 0 to {int.MaxValue}");
        require(config.WeightDecay is >= 0 and <= MostRate, $"weight_decay {config.WeightDecay} must lie in [0, {MostRate:0e0}]");
        require(config.KeepProb is > 0 and <= 1, $"keep_prob {config.KeepProb} must lie in (0, 1]");
        require(config.Momentum is >= 0 and < 1, $"momentum {config.Momentum} must lie in [0, 1)");
        require(config.GradientClip is >= 0 and <= float.MaxValue, $"gradient_clip {config.GradientClip} must be a length, or 0 for none");
        require(config.HeldOutClasses >= 0, $"held_out_classes {config.HeldOutClasses} must not be negative");
        require(config.Keep is "best" or "last", $"keep '{config.Keep}' is not known; there are best and last");
        require(config.EarlyStopping >= 0, $"early_stopping {config.EarlyStopping} must not be negative");
        require(config.Threads is >= 0 and <= MostThreads, $"threads {config.Threads} must lie in 0 (all cores) to {MostThreads}");
    }

    private static void CheckDamage(DamageOptions damage, Action<bool, string> require)
    {
        require(damage.Copies is >= 0 and <= MostCopies, $"damage.copies {damage.Copies} must lie in 0 to {MostCopies}");
        require(damage.Probability is >= 0 and <= 1, $"damage.probability {damage.Probability} must lie in [0, 1]");
        require(damage.Strength is >= 0 and <= 1, $"damage.strength {damage.Strength} must lie in [0, 1]");
        require(damage.Misalignment is >= 0 and <= 0.5, $"damage.misalignment {damage.Misalignment} must lie in [0, 0.5] eye distances");
        foreach (var kind in damage.Kinds)
            require(TrainingConfigFile.DamageKinds.Contains(kind),
                $"damage.kinds: '{kind}' is not known; there are {string.Join(", ", TrainingConfigFile.DamageKinds)}");
    }

    private static void CheckTrust(TrustOptions trust, Action<bool, string> require)
    {
        foreach (var (key, value, least) in new[]
        {
            ("people", trust.People, 1), ("images_each", trust.ImagesEach, 2), ("group_size", trust.GroupSize, 2),
            ("recipes_each", trust.RecipesEach, 2), ("worn_each", trust.WornEach, 0), ("steps", trust.Steps, 1),
        })
            require(value >= least && value <= MostImages, $"trust.{key} {value} must lie in {least} to {MostImages}");
        require(trust.Hidden is >= 1 and <= MostHidden, $"trust.hidden {trust.Hidden} must lie in 1 to {MostHidden}");
        require(trust.LearningRate is > 0 and <= MostRate, $"trust.learning_rate {trust.LearningRate} must lie in (0, {MostRate:0e0}]");
        require(trust.WeightDecay is >= 0 and <= MostRate, $"trust.weight_decay {trust.WeightDecay} must lie in [0, {MostRate:0e0}]");
        require(trust.CalibrationShare is > 0 and < 1, $"trust.calibration_share {trust.CalibrationShare} must lie in (0, 1)");
    }
}
