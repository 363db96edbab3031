using System.Globalization;

namespace Pfe.Calibration;

/// <summary>
/// Uncertainty as a readable number from 0 to 100: <b>quality q means that the face is more certain than q percent of the reference
/// faces</b> (those the calibration was fitted on). It falls as sigma grows, and on faces like the reference it takes all values equally
/// often.
/// </summary>
/// <param name="Uncertainties">Quantiles 0 %, 1 %, ..., 100 % of the reference faces' uncertainty (mean ln sigma^2), never falling.</param>
public sealed record QualityScale(IReadOnlyList<double> Uncertainties)
{
    private const int Steps = 100;

    /// <summary>Below this quality a face counts as too uncertain to be blamed on anything else: the worst twentieth of the
    /// reference.</summary>
    public const double Poor = 5;

    /// <summary>Makes a scale from reference faces.</summary>
    /// <param name="uncertainties">Mean ln sigma^2 of each, at least 2 finite values.</param>
    /// <exception cref="PfeException">Too few faces, or a head that gives every face the same uncertainty.</exception>
    public static QualityScale Fit(IReadOnlyCollection<double> uncertainties)
    {
        var ascending = uncertainties.Order().ToArray();
        if (ascending.Length < 2) throw new PfeException($"a quality scale needs at least 2 reference faces, there are {ascending.Length}");
        if (!double.IsFinite(ascending[0]) || !double.IsFinite(ascending[^1]))
            throw new PfeException("a reference face's uncertainty is not a finite number");
        if (ascending[0] == ascending[^1])
            throw new PfeException(string.Create(CultureInfo.InvariantCulture,
                $"all {ascending.Length} reference faces have the uncertainty {ascending[0]:0.###}: the head is untrained or collapsed, " +
                    $"its sigma says nothing of quality"));
        return new([.. Enumerable.Range(0, Steps + 1).Select(step => Quantiles.Of(ascending, step / (double)Steps))]);
    }

    /// <summary>The quality of a face.</summary>
    /// <param name="uncertainty">Its mean ln sigma^2 (<see cref="FaceUncertainty.Of(ReadOnlySpan{float})"/>).</param>
    /// <returns>0 (no reference face was less certain) to 100 (none was more certain).</returns>
    public double Of(double uncertainty)
    {
        if (uncertainty <= Uncertainties[0]) return 100;
        if (uncertainty >= Uncertainties[Steps]) return 0;
        var above = 1;
        while (Uncertainties[above] < uncertainty) above++;
        var (low, high) = (Uncertainties[above - 1], Uncertainties[above]);
        return 100 - (above - 1 + (uncertainty - low) / (high - low));
    }

    /// <summary>An uncertainty held within those of the reference faces.</summary>
    internal double Held(double uncertainty) => Math.Clamp(uncertainty, Uncertainties[0], Uncertainties[Steps]);

    internal bool IsValid => Uncertainties.Count == Steps + 1
        && Uncertainties.Zip(Uncertainties.Skip(1)).All(pair => pair.First <= pair.Second);
}
