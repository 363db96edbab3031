namespace Pfe.Training.Configuration;

/// <summary>The reference's three learning-rate strategies, as functions of the step.</summary>
internal static class LearningRate
{
    private static readonly Dictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["cosine"] = ["initial", "interval", "end_step"],
        ["linear"] = ["initial", "start", "end_step"],
    };

    /// <summary>The rate at a step.</summary>
    /// <param name="strategy">
    /// <c>step</c>: the schedule maps first steps to rates, the last that has begun holds. <c>cosine</c>: initial * (1 + cos(pi s /
    /// end_step)) / 2, where s is the step rounded down to a multiple of <c>interval</c>. <c>linear</c>: <c>initial</c> until step
    /// <c>start</c>, then straight down to 0 at <c>end_step</c>.
    /// </param>
    /// <param name="schedule">The strategy's numbers by key.</param>
    /// <param name="step">From 0 on.</param>
    /// <exception cref="InvalidConfigurationException">An unknown strategy, a missing or unknown key, a step beyond the
    /// schedule.</exception>
    public static double At(string strategy, IReadOnlyDictionary<string, double> schedule, int step)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (strategy == "step") return OfSteps(schedule, step);
        Check(strategy, schedule);
        var (initial, end) = (schedule["initial"], schedule["end_step"]);
        // Both have come down to 0 there, and stay.
        if (step > end) return 0;
        if (strategy == "cosine")
        {
            var interval = schedule["interval"];
            return initial * 0.5 * (1 + Math.Cos(Math.PI * Math.Floor(step / interval) * interval / end));
        }
        var start = schedule["start"];
        return step < start ? initial : initial * (end - step) / (end - start);
    }

    /// <summary>A warning for a run that is longer than its schedule; null for one that is not.</summary>
    /// <param name="strategy">See <see cref="At"/>.</param>
    /// <param name="schedule">See <see cref="At"/>.</param>
    /// <param name="steps">Steps of the run.</param>
    public static string? Warning(string strategy, IReadOnlyDictionary<string, double> schedule, int steps) =>
        strategy != "step" && schedule.TryGetValue("end_step", out var end) && steps > end
            ? $"warning: learning_rate_schedule ends at step {end}: the rate of the last {steps - end} of {steps} steps is 0, and they " +
                "change nothing but the moving averages"
            : null;

    private static double OfSteps(IReadOnlyDictionary<string, double> schedule, int step)
    {
        var (rate, begun) = (double.NaN, -1);
        foreach (var (key, value) in schedule)
        {
            if (!int.TryParse(key, out var first) || first < 0)
                throw new InvalidConfigurationException(
                    $"learning_rate_schedule: '{key}' is no step; the strategy 'step' wants first steps and rates, " +
                    $"like {{ \"0\": 0.001, \"2000\": 0.0001 }}");
            if (first <= step && first > begun) (rate, begun) = (value, first);
        }
        return begun >= 0 ? rate : throw new InvalidConfigurationException(
            $"learning_rate_schedule has no rate for step {step}: add one for step \"0\"");
    }

    private static void Check(string strategy, IReadOnlyDictionary<string, double> schedule)
    {
        if (!Keys.TryGetValue(strategy, out var keys))
            throw new InvalidConfigurationException($"learning_rate_strategy '{strategy}' is not known; there are step, cosine, linear");
        if (keys.FirstOrDefault(key => !schedule.ContainsKey(key)) is { } missing)
            throw new InvalidConfigurationException($"learning_rate_schedule has no '{missing}'; the strategy '{strategy}' wants " +
                $"{string.Join(", ", keys)}");
        if (schedule.Keys.FirstOrDefault(key => !keys.Contains(key)) is { } unknown)
            throw new InvalidConfigurationException($"learning_rate_schedule: '{unknown}' is not known; the strategy '{strategy}' wants " +
                $"{string.Join(", ", keys)}");
        var end = schedule["end_step"];
        if (strategy == "cosine" && schedule["interval"] < 1)
            throw new InvalidConfigurationException($"learning_rate_schedule: interval {schedule["interval"]} must be at least 1");
        if (strategy == "linear" && schedule["start"] >= end)
            throw new InvalidConfigurationException($"learning_rate_schedule: start {schedule["start"]} must lie before end_step {end}");
    }
}
