namespace Pfe.Gpu.Cards;

/// <summary>Which cards a list of devices means on this machine.</summary>
internal static class CardChoice
{
    /// <summary>The cards' numbers; none for the processor.</summary>
    /// <param name="devices">What was asked for.</param>
    /// <param name="source">The machine's cards.</param>
    /// <param name="dimension">D of the faces.</param>
    /// <param name="what">What is to lie there, for messages.</param>
    /// <param name="messages">Told what <c>auto</c> took, and why.</param>
    /// <exception cref="DeviceUnavailableException">A card was asked for by name and cannot be used.</exception>
    public static IReadOnlyList<int> Of(IReadOnlyList<ComputeDevice> devices, ICardSource source, int dimension, string what,
        IProgress<string>? messages)
    {
        ArgumentNullException.ThrowIfNull(devices);
        if (devices.Count == 0 || devices.Distinct().Count() < devices.Count
            || (devices.Count > 1 && devices.Any(device => device.Kind != ComputeDeviceKind.Cuda)))
        {
            throw new InvalidConfigurationException($"'{string.Join(", ", devices)}' is no choice of devices; one device, or several "
                + "different cards, is wanted")
            { Setting = "devices", Expected = "cpu, auto, or cards: cuda:0, cuda:1" };
        }
        if (devices[0].Kind == ComputeDeviceKind.Cpu) return [];
        foreach (var device in devices)
        {
            var problem = Problem(device, source, dimension, what);
            if (problem is not null && device.Kind == ComputeDeviceKind.Cuda) throw new DeviceUnavailableException(device, problem);
            if (device.Kind != ComputeDeviceKind.Auto) continue;
            messages?.Report(problem is null ? $"device auto: {what} is searched on cuda:0 ({source.Names[0]})"
                : $"device auto: {what} is searched on cpu ({problem})");
            if (problem is not null) return [];
        }
        return [.. devices.Select(device => device.Index)];
    }

    private static string? Problem(ComputeDevice device, ICardSource source, int dimension, string what)
    {
        var names = source.Names;
        if (names.Count == 0) return source.Missing;
        if (device.Index >= names.Count)
            return $"this machine has {string.Join(", ", names.Select((name, number) => $"cuda:{number} ({name})"))}";
        return dimension > Kernels.ScanKernel16.MaxDimension
            ? $"{what} has {dimension} dimensions, and the card's kernels take up to {Kernels.ScanKernel16.MaxDimension}" : null;
    }
}
