using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pfe.Training.Configuration;

/// <summary>
/// A training run: the reference's keys under the reference's names, and Pfe's own after them. JSON in snake_case; comments and trailing
/// commas are allowed, unknown keys are errors.
/// </summary>
/// <remarks>The properties have setters, not initialisers only: the JSON source generator would lose the defaults.</remarks>
public sealed record TrainingConfig
{
    /// <summary>Name of the run: its folder under <see cref="LogBaseDir"/>, and the name in the trained model.</summary>
    [Description("Name of the run: its folder under log_base_dir, and the name in the trained model.")]
    public required string Name { get; set; }

    /// <summary>Runs are written to log_base_dir/name/yyyyMMdd-HHmmss.</summary>
    [Description("Runs are written to <log_base_dir>/<name>/<yyyyMMdd-HHmmss>.")]
    public string LogBaseDir { get; set; } = "log";

    /// <summary>Steps between two lines of the summaries.</summary>
    [Description("Steps between two lines of the summaries.")]
    public int SummaryInterval { get; set; } = 100;

    /// <summary>Where an editor finds the schema; not read.</summary>
    [JsonPropertyName("$schema")]
    [Description("Where an editor finds this schema.")]
    public string? Schema { get; set; }

    /// <summary>A folder of class folders, or a list.</summary>
    [Description("A folder of class folders, or a .txt list with 'path label' or 'path' on each line. ~ is the home folder.")]
    public required string TrainDatasetPath { get; set; }

    /// <summary>Height and width that the preprocessing ends in; null for what the base network wants.</summary>
    [Description("[height, width] that the preprocessing ends in; it must be the base network's input size. Null: that size.")]
    public int[]? ImageSize { get; set; }

    /// <summary>3, or 1 for grey images.</summary>
    [Description("Colour channels; only 3 is possible (grey images are read as three equal channels).")]
    public int Channels { get; set; } = 3;

    /// <summary>The reference's list of operations for training images.</summary>
    [Description("Operations on training images in the reference's form, such as [[\"center_crop\", [112, 96]], [\"random_flip\"], " +
        "[\"standardize\", \"mean_scale\"]]; only for images that are aligned already. Null: resize to the base network's input, random " +
        "flip.")]
    public JsonElement[][]? PreprocessTrain { get; set; }

    /// <summary>The reference's list of operations for test images.</summary>
    [Description("Operations on held-out images in the reference's form; null: as preprocess_train, without its random operations.")]
    public JsonElement[][]? PreprocessTest { get; set; }

    /// <summary>The frozen base.</summary>
    [Description("The frozen base network: a name in the model manifest, an ONNX file, or an address with checksum.")]
    public string EmbeddingNetwork { get; set; } = "base";

    /// <summary>What the base wants; null for the file beside it.</summary>
    [Description("The base network's description (JSON); null for the file of the same name beside it. 'base' needs none.")]
    public string? NetworkDescription { get; set; }

    /// <summary>The value of <see cref="UncertaintyModule"/> for ProbFace's head.</summary>
    internal const string ProbFaceModule = "probface";

    /// <summary>The head's architecture.</summary>
    [Description("The head: 'fc' is the reference's uncertainty_module.py; 'probface' is ProbFace's, 256 wide, with ProbFace's loss.")]
    public string UncertaintyModule { get; set; } = "fc";

    /// <summary>Length of sigma: D, or 1; null for the module's own.</summary>
    [Description(
        "Length of sigma: null for the module's own (fc: as the embedding, probface: 1), 1 for one variance a face, or the embedding's " +
            "size.")]
    public int? UncertaintyModuleOutputSize { get; set; }

    /// <summary>ProbFace's loss and what its parts count; null for the module's own loss.</summary>
    [Description(
        "Weights of ProbFace's loss: mls_loss, output_constraint_loss, discriminate_loss. Null: the reference's loss, or with " +
            "'probface' its own weights.")]
    public LossWeights? LossWeights { get; set; }

    /// <summary>L1, L2, or null.</summary>
    [Description("ProbFace's constraint on sigma^2 over its batch mean: L1, L2, or null for none.")]
    public string? OutputConstraintType { get; set; }

    /// <summary>triplet_semihard or contrastive.</summary>
    [Description("ProbFace's term of genuine pairs against impostors: triplet_semihard or contrastive.")]
    public string DiscriminatMetricType { get; set; } = "triplet_semihard";

    /// <summary>Tensors of the base that the head reads besides its input.</summary>
    [Description(
        "Tensors of the base that the head reads besides head_input, each averaged over its positions (a head on several layers).")]
    public string[] PooledInputs { get; set; } = [];

    /// <summary>D; null for what the base gives.</summary>
    [Description("Dimension of the embedding; null for what the base network gives, otherwise it must agree.")]
    public int? EmbeddingSize { get; set; }

    /// <summary>Same seed and one thread: bitwise the same head.</summary>
    [Description("Seed of everything random. Same seed and threads = 1: bitwise the same head.")]
    public int BaseRandomSeed { get; set; }

    /// <summary>Images and classes a batch.</summary>
    [Description("Images and classes of a batch.")]
    public BatchFormat BatchFormat { get; set; } = new();

    /// <summary>Steps an epoch.</summary>
    [Description("Steps an epoch.")]
    public int EpochSize { get; set; } = 1000;

    /// <summary>Epochs; a checkpoint and the held-out table follow each.</summary>
    [Description("Epochs; a checkpoint and the held-out table follow each.")]
    public int NumEpochs { get; set; } = 3;

    /// <summary>step, cosine or linear; see <see cref="LearningRate"/>.</summary>
    [Description("step: the schedule maps first steps to rates. cosine: initial, interval, end_step. linear: initial, start, end_step.")]
    public string LearningRateStrategy { get; set; } = "step";

    /// <summary>The strategy's numbers.</summary>
    [Description("The strategy's numbers.")]
    public Dictionary<string, double> LearningRateSchedule { get; set; } = new(StringComparer.Ordinal) { ["0"] = 1e-3, ["2000"] = 1e-4 };

    /// <summary>A head to begin with.</summary>
    [Description("A trained head to begin with: a head or checkpoint .safetensors of an earlier run.")]
    public string? RestoreModel { get; set; }

    /// <summary>Which of its parts.</summary>
    [Description("Which of its tensors, by the beginnings of their names in the reference's or in Pfe's spelling: UncertaintyModule, " +
        "UncertaintyModule/fc1, fc2, ...; empty for all.")]
    public string[] RestoreScopes { get; set; } = [];

    /// <summary>On the two matrices.</summary>
    [Description("Weight decay on the two matrices.")]
    public double WeightDecay { get; set; } = 5e-4;

    /// <summary>Accepted from the reference's files, where it has no effect on the head.</summary>
    [Description("Dropout of the reference's base network. The base is frozen and the head has none, so it has no effect; accepted as " +
        "the " +
        "reference's files have it.")]
    public double KeepProb { get; set; } = 1;

    /// <summary>Of gradient descent.</summary>
    [Description("Momentum of gradient descent.")]
    public double Momentum { get; set; } = 0.9;

    /// <summary>0 for none.</summary>
    [Description("Greatest length of the gradient; 0 for no limit.")]
    public double GradientClip { get; set; }

    /// <summary>Which tensor of the base the head reads.</summary>
    [Description("What the head reads: feature_map (the last 4-D tensor before the embedding, as in the reference), embedding (before it " +
        "is " +
        "normalised), or a tensor's name.")]
    public string HeadInput { get; set; } = "feature_map";

    /// <summary>Where the faces' landmarks come from.</summary>
    [Description("aligned: the images are aligned faces already. detect: find them. Five [x, y] points: the same for every image. A " +
        "path: a landmark list.")]
    public LandmarkSource Landmarks { get; set; } = LandmarkSource.Aligned;

    /// <summary>The order of a landmark list's numbers.</summary>
    [Description("Whether a landmark list has x1..x5 y1..y5 (the reference's transpose_input) instead of x1 y1 .. x5 y5.")]
    public bool LandmarksTransposed { get; set; }

    /// <summary>Damaged copies.</summary>
    [Description("Damaged copies of the training images, so that sigma learns what bad images look like. Null or copies = 0: none, as in " +
        "the reference.")]
    public DamageOptions Damage { get; set; } = new();

    /// <summary>The trust head; null for none.</summary>
    [Description("The trust head, which makes answers keep their error rates where strangers share a damage. Null: none, as in the demo.")]
    public TrustOptions? Trust { get; set; }

    /// <summary>Classes that are set aside to judge the head by.</summary>
    [Description("Classes set aside, drawn by the seed: never trained on, they give the table of MLS against cosine. 0 for none, as in " +
        "the reference.")]
    public int HeldOutClasses { get; set; }

    /// <summary>best or last.</summary>
    [Description("best: the head of the epoch with the best held-out figure, the mean TAR at FAR 1e-3. last: the last, as in the demo.")]
    public string Keep { get; set; } = "best";

    /// <summary>Epochs without a better held-out figure after which a run stops.</summary>
    [Description("Epochs without a better held-out figure after which the run stops; 0 for never.")]
    public int EarlyStopping { get; set; }

    /// <summary>Whether a head is written that matches fewer held-out pairs than the cosine.</summary>
    [Description("Whether a head is written even if it matches fewer held-out pairs than the cosine does.")]
    public bool AllowBelowCosine { get; set; }

    /// <summary>CPU threads of the training steps; 0 for all.</summary>
    [Description("CPU threads of the training steps; 0 for all cores. With 1, the same seed gives bitwise the same head.")]
    public int Threads { get; set; }

    /// <summary>Folder of the feature cache; null for the user's cache folder.</summary>
    [Description("Folder of the feature cache; null for the user's cache folder.")]
    public string? CacheDir { get; set; }

    /// <summary>What is known of the training data, for the model's metadata.</summary>
    [Description("What the training data are, in a few words; goes into the trained model.")]
    public string? TrainingData { get; set; }
}

/// <summary>How a batch is made up.</summary>
public sealed record BatchFormat
{
    /// <summary>Images.</summary>
    [Description("Images a batch.")]
    public int Size { get; set; } = 256;

    /// <summary>Different classes; each gives size / num_classes images.</summary>
    [Description("Different classes a batch; each gives size / num_classes images.")]
    public int NumClasses { get; set; } = 64;
}

/// <summary>Damaged copies of the training images.</summary>
public sealed record DamageOptions
{
    /// <summary>Copies an image, each damaged in its own way.</summary>
    [Description("Copies of each image, each damaged in its own way.")]
    public int Copies { get; set; }

    /// <summary>How often a batch takes a damaged copy instead of the clean image.</summary>
    [Description("How often a batch takes a damaged copy instead of the clean image, 0 to 1.")]
    public double Probability { get; set; } = 0.5;

    /// <summary>Greatest strength.</summary>
    [Description("Greatest strength of a damage, 0 to 1.")]
    public double Strength { get; set; } = 1;

    /// <summary>Error of the landmarks.</summary>
    [Description("Error of the landmarks of damaged copies: standard deviation in eye distances. Needs landmarks.")]
    public double Misalignment { get; set; } = 0.03;

    /// <summary>Names of <see cref="Pfe.Vision.Imaging.Damage.DamageKind"/> in snake_case; empty for all.</summary>
    [Description("Which damages: occlusion, darkness, low_contrast, motion_blur, blur, low_resolution, noise, compression; empty for all.")]
    public string[] Kinds { get; set; } = [];
}
