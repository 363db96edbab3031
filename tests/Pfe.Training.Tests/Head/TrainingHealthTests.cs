using Pfe.Training.Head;

namespace Pfe.Training.Tests.Head;

public sealed class TrainingHealthTests
{
    private readonly TrainingHealth _health = new(double.NaN, hasLearnt: false);

    [Fact]
    public void A_healthy_run_has_no_problem_even_before_it_has_learnt()
    {
        _health.Problem(Step(loss: -2000, spread: 1e-5)).ShouldBeNull();
        _health.Problem(Step(loss: -2600, spread: 0.5)).ShouldBeNull();
        _health.HasLearnt.ShouldBeTrue();
    }

    [Fact]
    public void Divergence_is_seen_in_numbers_and_in_what_is_none()
    {
        _health.Problem(Step(loss: -2000)).ShouldBeNull();
        _health.Problem(Step(loss: 9000))!.ShouldContain("diverged");
        _health.Problem(Step(loss: double.NaN))!.ShouldContain("no longer a number");
        _health.Problem(Step(loss: -2000, mean: double.PositiveInfinity))!.ShouldContain("no longer a number");
    }

    [Fact]
    public void Collapse_is_sigma_on_its_floor_or_the_same_for_all_after_it_differed()
    {
        _health.Problem(Step(mean: Math.Log(1.05e-6)))!.ShouldContain("floor");
        _health.Problem(Step(spread: 0.5)).ShouldBeNull();
        _health.Problem(Step(spread: 5e-4))!.ShouldContain("the same for all faces");
    }

    private static StepResult Step(double loss = -2000, double mean = -7, double spread = 0.1) => new(1, loss, 1e-3, mean, spread);
}
