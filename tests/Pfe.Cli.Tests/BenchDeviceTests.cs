using System.Text.Json;
using Pfe.Cli.Measuring;
using Pfe.GpuCheck;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>What <c>pfe bench</c> says of the devices, and what it measures on a card (here an emulated one).</summary>
public sealed class BenchDeviceTests : IDisposable
{
    private const string Faces = "celeba/images";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_card_is_measured_beside_its_own_plain_read()
    {
        using var cards = new EmulatedCards(1);
        var rows = CardMeasurement.Run(cards, 40, 16, 1, _folder.Path, CancellationToken.None);
        rows.Select(row => row.Name).ShouldBe(["card: plain read of the 16-bit faces", "card: 16-bit, exact",
            "card: 16-bit, exact, 64 probes, each"]);
        foreach (var row in rows.Skip(1)) row.ShareOfPlainRead.ShouldBe(rows[0].Milliseconds / row.Milliseconds, 1e-9);
        cards.Rented.ShouldBe(0);
        CardMeasurement.Devices(cards).ShouldEndWith("cuda:0 (emulated 0)");
    }

    [Fact]
    public void Without_a_card_there_is_no_row_and_a_reason()
    {
        using var none = new EmulatedCards(0);
        CardMeasurement.Run(none, 40, 16, 1, _folder.Path, CancellationToken.None).ShouldBeEmpty();
        CardMeasurement.Devices(none).ShouldEndWith("no card (none is emulated)");
    }

    [Fact]
    public async Task The_way_from_photograph_to_score_is_shown_by_stages_with_the_device()
    {
        var reason = TestData.MissingReason(Faces);
        Assert.SkipWhen(reason is not null, reason ?? "");
        var run = await PfeCommand.Run("bench", "--images", TestData.Path(Faces), "--count", "8", "--rounds", "1", "--device", "auto",
            "--json");
        run.Code.ShouldBe(0, run.Error);
        var stages = run.Json.GetProperty("stages").EnumerateArray().ToList();
        stages.Count.ShouldBe(5);
        stages[4].GetProperty("name").GetString().ShouldBe("score against 1,024 faces");
        stages[4].GetProperty("share_of_limit").GetDouble().ShouldBeGreaterThan(0);
        run.Json.GetProperty("device").GetString().ShouldBe("cpu");
        // Both devices where auto finds a card, else one.
        var isAlone = run.Json.GetProperty("card").ValueKind == JsonValueKind.Null;
        isAlone.ShouldBe(run.Error.Contains("runs on cpu", StringComparison.Ordinal));
    }
}
