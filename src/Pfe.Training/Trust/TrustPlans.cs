using Pfe.Training.Configuration;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Trust;

/// <summary>Who trains the trust head, who sets its thresholds, and who checks the answers: three sets of people, each with recipes of
/// its own.</summary>
/// <param name="Training">Some of the training classes.</param>
/// <param name="Calibration">Some of the classes set aside.</param>
/// <param name="Check">The other classes set aside; damaged also in ways that nothing was fitted on.</param>
internal sealed record TrustPlans(DamagePlan Training, DamagePlan Calibration, DamagePlan Check)
{
    private const int CalibrationRecipes = 3;
    private const int CalibrationImages = 3;
    private const int CheckImages = 2;

    /// <summary>Makes the plans.</summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="unreadable">Images to leave out.</param>
    /// <param name="config">Held-out classes, seed and trust options.</param>
    /// <exception cref="InvalidConfigurationException">Too few people or images.</exception>
    public static TrustPlans Create(IReadOnlyList<int> labels, IEnumerable<int> unreadable, TrainingConfig config)
    {
        var options = config.Trust!;
        var bad = unreadable.ToHashSet();
        var images = Enumerable.Range(0, labels.Count).Where(image => !bad.Contains(image)).GroupBy(image => labels[image])
            .ToDictionary(group => group.Key, group => (IReadOnlyList<int>)[.. group]);
        var classes = labels.Distinct().Order().ToArray();
        // The same draw as in TrainingFaces: who is set aside for sigma is set aside for trust.
        Seeds.Random(config.BaseRandomSeed, Seeds.HeldOut, 0).Shuffle(classes);
        IReadOnlyList<int>[] held = [.. classes.Take(config.HeldOutClasses).Where(images.ContainsKey).Select(label => images[label])];
        IReadOnlyList<int>[] trained =
        [
            .. classes.Skip(config.HeldOutClasses).Where(images.ContainsKey).Select(label => images[label]).Where(person =>
                person.Count >= 2)
                .Take(options.People),
        ];
        var calibration = (int)Math.Round(options.CalibrationShare * held.Length);
        if (trained.Length < 2 * options.GroupSize)
            throw new InvalidConfigurationException($"trust: {trained.Length} training classes have two images or more; "
                + $"two groups of {options.GroupSize} are the least");
        if (calibration < MinPeople || held.Length - calibration < MinPeople)
            throw new InvalidConfigurationException($"trust: held_out_classes is {config.HeldOutClasses}; "
                + $"the thresholds and their check take {MinPeople} people each at least");
        var seed = config.BaseRandomSeed;
        return new TrustPlans(
            DamagePlan.InGroups(trained, options.GroupSize, options.ImagesEach, options.RecipesEach, options.WornEach, seed),
            DamagePlan.ByKind(held[..calibration], DamageRecipe.Fitted, CalibrationRecipes, CalibrationImages, seed + 1),
            DamagePlan.ByKind(held[calibration..], [.. DamageRecipe.Fitted, .. DamageRecipe.Unseen], 1, CheckImages, seed + 2));
    }

    /// <summary>The fewest people of the calibration and of the check.</summary>
    public const int MinPeople = 20;

    /// <summary>All faces in one list: training, calibration, check.</summary>
    public IEnumerable<(PlannedFace Face, DamageRecipe? Recipe)> All => new[] { Training, Calibration, Check }.SelectMany(plan =>
        plan.Faces.Select(face => (face, face.Recipe == DamagePlan.Clean ? (DamageRecipe?)null : plan.Recipes[face.Recipe])));
}
