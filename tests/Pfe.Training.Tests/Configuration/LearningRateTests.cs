using Pfe.Training.Configuration;

namespace Pfe.Training.Tests.Configuration;

public sealed class LearningRateTests
{
    private static readonly Dictionary<string, double> Steps = new() { ["0"] = 1e-3, ["2000"] = 1e-4 };
    private static readonly Dictionary<string, double> Cosine = new() { ["initial"] = 0.2, ["interval"] = 10, ["end_step"] = 100 };
    private static readonly Dictionary<string, double> Linear = new() { ["initial"] = 0.2, ["start"] = 40, ["end_step"] = 100 };

    [Theory]
    [InlineData(0, 1e-3)]
    [InlineData(1999, 1e-3)]
    [InlineData(2000, 1e-4)]
    [InlineData(2999, 1e-4)]
    public void The_last_step_that_has_begun_gives_the_rate(int step, double rate) => LearningRate.At("step", Steps, step).ShouldBe(rate);

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(9, 0.2)]
    [InlineData(50, 0.1)]
    [InlineData(59, 0.1)]
    [InlineData(100, 0.0)]
    public void Cosine_falls_in_intervals(int step, double rate) => LearningRate.At("cosine", Cosine, step).ShouldBe(rate, 1e-12);

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(39, 0.2)]
    [InlineData(40, 0.2)]
    [InlineData(70, 0.1)]
    [InlineData(100, 0.0)]
    public void Linear_holds_and_then_falls_to_zero(int step, double rate) => LearningRate.At("linear", Linear, step).ShouldBe(rate, 1e-12);

    [Fact]
    public void Past_its_end_a_schedule_stays_at_zero_and_warns()
    {
        LearningRate.At("cosine", Cosine, 101).ShouldBe(0);
        LearningRate.At("linear", Linear, 5000).ShouldBe(0);
        LearningRate.Warning("cosine", Cosine, 100).ShouldBeNull();
        LearningRate.Warning("step", Steps, 100_000).ShouldBeNull();
        LearningRate.Warning("cosine", Cosine, 130).ShouldNotBeNull().ShouldStartWith(
            "warning: learning_rate_schedule ends at step 100: the rate of the last 30 of 130 steps is 0");
    }

    [Fact]
    public void Wrong_schedules_are_named()
    {
        Should.Throw<InvalidConfigurationException>(() => LearningRate.At("stairs", Steps, 0))
            .Message.ShouldContain("step, cosine, linear");
        Should.Throw<InvalidConfigurationException>(() => LearningRate.At("cosine", Steps, 0)).Message.ShouldContain("'initial'");
        Should.Throw<InvalidConfigurationException>(() => LearningRate.At("step", new Dictionary<string, double> { ["10"] = 1 }, 3))
            .Message.ShouldContain("step 3");
        Should.Throw<InvalidConfigurationException>(() => LearningRate.At("step", Linear, 0)).Message.ShouldContain("'initial' is no step");
        Should.Throw<InvalidConfigurationException>(() =>
            LearningRate.At("linear", new Dictionary<string, double>(Linear) { ["stop"] = 1 }, 0))
            .Message.ShouldContain("'stop'");
    }
}
