using System.Globalization;

namespace Pfe;

/// <summary>What a <see cref="ComputeDevice"/> is.</summary>
public enum ComputeDeviceKind
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA card.</summary>
    Cuda,

    /// <summary>The first card where there is one that can be used, else the processor.</summary>
    Auto,
}

/// <summary>Where networks run, or faces are searched: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>auto</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Index">Which card, from 0 on; 0 for the others.</param>
public readonly record struct ComputeDevice(ComputeDeviceKind Kind, int Index = 0)
{
    private const string Wanted = "cpu, cuda, cuda:N (a card's number) or auto";

    /// <summary>The processor: the default, and what every number in the documentation was measured on unless it says otherwise.</summary>
    public static ComputeDevice Cpu => default;

    /// <summary>The first card where there is one that can be used, else the processor.</summary>
    public static ComputeDevice Auto => new(ComputeDeviceKind.Auto);

    /// <summary>A card.</summary>
    /// <param name="index">Its number, from 0 on.</param>
    public static ComputeDevice Cuda(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(ComputeDeviceKind.Cuda, index);
    }

    /// <summary>Reads a device.</summary>
    /// <param name="text"><c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>auto</c>.</param>
    /// <exception cref="InvalidConfigurationException">Anything else.</exception>
    public static ComputeDevice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            "cpu" => Cpu,
            "auto" => Auto,
            "cuda" => Cuda(),
            _ when text.StartsWith("cuda:", StringComparison.Ordinal)
                && byte.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => Cuda(index),
            _ => throw new InvalidConfigurationException($"there is no device '{text}'; {Wanted} is wanted")
            { Setting = "device", Value = text, Expected = Wanted },
        };
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind switch
    {
        ComputeDeviceKind.Cuda => string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}"),
        ComputeDeviceKind.Auto => "auto",
        _ => "cpu",
    };
}
