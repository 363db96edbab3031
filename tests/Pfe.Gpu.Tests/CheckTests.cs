using Pfe.GpuCheck;

namespace Pfe.Gpu.Tests;

/// <summary>bench/Pfe.GpuCheck, from end to end on an emulated card.</summary>
public sealed class CheckTests
{
    [Fact]
    public void The_check_runs_on_an_emulated_card_and_every_result_holds()
    {
        using var cards = new EmulatedCards(1);
        var output = new StringWriter();
        Check.Run(cards, 0, new CheckSizes(16, 64, 32, 16, 8, 20, 1), output).ShouldBeTrue(output.ToString());
        var lines = output.ToString().Split('\n');
        foreach (var row in new[] { "plain read of 64", "scan of 64 and its 10 best", "16 probes a pass", "scan of 32", "matrix 8 x 20",
            "index of 64", "the processor" })
            lines.ShouldContain(line => line.StartsWith($"| {row}", StringComparison.Ordinal), row);
        lines.Count(line => line.Contains("| holds |", StringComparison.Ordinal)).ShouldBe(3);
        cards.Rented.ShouldBe(0);
    }

    [Fact]
    public void A_result_that_does_not_hold_is_said_and_ends_the_check_with_an_error()
    {
        var output = new StringWriter();
        var table = new Table(output);
        table.Check("scores", true, "fine");
        table.AllHold.ShouldBeTrue();
        table.Check("scores", false, "worst 7");
        table.Check("others", true, "fine");
        table.AllHold.ShouldBeFalse();
        output.ToString().ShouldContain("DOES NOT HOLD");
    }

    [Fact]
    public void Without_a_card_the_check_says_what_is_missing()
    {
        using var none = new EmulatedCards(0);
        Should.Throw<DeviceUnavailableException>(() => Check.Run(none, 0, CheckSizes.Emulated, TextWriter.Null)).Reason
            .ShouldBe("none is emulated");
    }
}
