using Microsoft.Extensions.Options;
using Pfe.Vision.Faces;
using Pfe.Vision.Networks;

namespace Pfe.Extensions.DependencyInjection;

/// <summary>What <c>AddPfe</c> is told; checked before anything is loaded.</summary>
public sealed class PfeOptions
{
    /// <summary>A model that Pfe exported: path, name, or address with checksum; null for the default model.</summary>
    public string? Model { get; set; }

    /// <summary>The folder of the networks; null for PFE_MODELS or the user's cache. Not looked at where an IModelSource is
    /// registered.</summary>
    public string? ModelsFolder { get; set; }

    /// <summary>Where networks run: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>auto</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>Threads inside one run of a network; one is best where many requests run at once.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>Whether every face is embedded together with its mirror image, at twice the cost.</summary>
    public bool Flip { get; set; }

    /// <summary>The score from which a box counts as a face, above 0 and up to 1.</summary>
    public float MinimumScore { get; set; } = new FaceDetectorOptions().MinimumScore;

    /// <summary>Side of the smallest face that is looked for, in pixels; null to choose, 0 for no second look in tiles.</summary>
    public int? MinimumFaceSize { get; set; }

    /// <summary>
    /// Whether the host's start waits until the networks are there, and fails where they cannot be had. Otherwise they are loaded when
    /// <see cref="PfeNetworks.LoadAsync"/> is first awaited.
    /// </summary>
    public bool LoadAtStart { get; set; } = true;

    internal FaceDetectorOptions Detector(IProgress<string> messages) => new()
    {
        MinimumScore = MinimumScore,
        MinimumFaceSize = MinimumFaceSize,
        Network = new NetworkOptions { Device = ComputeDevice.Parse(Device), Threads = Threads, Flip = Flip, Messages = messages },
    };
}

/// <summary>Refuses options that cannot be, with what would be right.</summary>
internal sealed class PfeOptionsValidator : IValidateOptions<PfeOptions>
{
    public ValidateOptionsResult Validate(string? name, PfeOptions options)
    {
        var wrong = new List<string>();
        try { ComputeDevice.Parse(options.Device); }
        catch (Exception e) when (e is InvalidConfigurationException or ArgumentNullException)
        {
            wrong.Add(
            $"{nameof(options.Device)}: {e.Message}");
        }
        if (options.Threads < 1) wrong.Add($"{nameof(options.Threads)} is {options.Threads}; at least 1 is wanted");
        if (options.MinimumScore is not (> 0 and <= 1)) wrong.Add(
            $"{nameof(options.MinimumScore)} is {options.MinimumScore}; above 0 and up to 1 is wanted");
        if (options.MinimumFaceSize is < 0 or (> 0 and < 12))
            wrong.Add($"{nameof(options.MinimumFaceSize)} is {options.MinimumFaceSize}; 0, or at least 12, is wanted");
        if (options.Model is { Length: 0 }) wrong.Add($"{nameof(options.Model)} is empty; null means the default model");
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
