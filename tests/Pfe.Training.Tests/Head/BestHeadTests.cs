using Pfe.Training.Head;
using Pfe.Training.Runs;

namespace Pfe.Training.Tests.Head;

public sealed class BestHeadTests
{
    private static HeldOutRow[] Table(double mls, double cosine = 80) =>
    [
        new("clean", "cosine", 99, cosine, 70), new("clean", "mls", 99, mls, 70), new("mixed", "cosine", 99, cosine, 70),
            new("mixed", "mls", 99, mls, 70),
        new("templates", "mls", 100, 100, 100),
    ];

    private static TrainerState State(int step) => new(step, 1, 0, new Dictionary<string, float[]>());

    [Fact]
    public void The_epoch_with_the_best_held_out_figure_is_kept()
    {
        var best = new BestHead(patience: 0);
        best.Add(State(1), Table(81)).ShouldBeTrue();
        best.Add(State(2), Table(85)).ShouldBeTrue();
        best.Add(State(3), Table(84)).ShouldBeFalse();
        best.State!.Step.ShouldBe(2);
        (best.Figure, best.Cosine, best.IsBelowCosine, best.ShouldStop).ShouldBe((85, 80, false, false));
    }

    [Fact]
    public void A_head_below_the_cosine_is_told()
    {
        var best = new BestHead(patience: 0);
        best.Add(State(1), Table(79.9));
        best.IsBelowCosine.ShouldBeTrue();
    }

    [Fact]
    public void The_run_stops_when_patience_ends()
    {
        var best = new BestHead(patience: 2);
        foreach (var (step, figure, stop) in new[] { (1, 81.0, false), (2, 80.0, false), (3, 82.0, false), (4, 81.0, false),
            (5, 82.0, true) })
        {
            best.Add(State(step), Table(figure));
            best.ShouldStop.ShouldBe(stop, $"after step {step}");
        }
    }

    [Fact]
    public void Without_held_out_people_there_is_nothing_to_choose_by()
    {
        var best = new BestHead(patience: 1);
        best.Add(State(1), []).ShouldBeFalse();
        (best.State, best.ShouldStop, best.IsBelowCosine).ShouldBe((null, false, false));
    }
}
