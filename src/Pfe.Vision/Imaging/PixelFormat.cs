using Pfe.Onnx;

namespace Pfe.Vision.Imaging;

/// <summary>How 8-bit pixels become a network's input numbers: (grey level - mean) / std, plane by plane.</summary>
/// <param name="Order">Order of the planes.</param>
/// <param name="Mean">Subtracted from the grey level 0..255; in the tensor's own plane order.</param>
/// <param name="Std">Divided by; in the tensor's own plane order.</param>
internal readonly record struct PixelFormat(ChannelOrder Order, PlaneValues Mean, PlaneValues Std)
{
    /// <summary>Red first, grey levels as they are.</summary>
    public static readonly PixelFormat Rgb = new(ChannelOrder.Rgb, new PlaneValues(0), new PlaneValues(1));

    /// <summary>What a network wants.</summary>
    /// <param name="description">The network's description.</param>
    public static PixelFormat Of(NetworkDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        return new PixelFormat(description.ChannelOrder, description.Mean, description.Std);
    }
}
