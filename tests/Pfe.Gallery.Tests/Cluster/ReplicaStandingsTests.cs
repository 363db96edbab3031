using Pfe.Cluster;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>Which replica is asked first, and how often a second one is.</summary>
public sealed class ReplicaStandingsTests
{
    private readonly ShardPart _part = new(Guid.NewGuid(), 3, 12);
    private readonly ReplicaStandings _standings = new(2, 4);

    [Fact]
    public void Replicas_take_turns()
    {
        First(0).ShouldBe(0);
        First(1).ShouldBe(1);
        First(2).ShouldBe(0);
    }

    [Fact]
    public void One_that_was_silent_is_asked_last_for_a_while_and_then_tried_again()
    {
        _standings.WasSilent(new(_part, 0));
        for (var i = 0; i < ReplicaStandings.PassedOver; i++)
            _standings.Order(_part, i).Select(key => key.Replica).ShouldBe([1, 0]);
        First(0).ShouldBe(0);
        // Other parts of the same replica number lie on other nodes.
        _standings.WasSilent(new(_part, 0));
        _standings.Order(_part with { Shard = 4 }, 0)[0].Replica.ShouldBe(0);
    }

    [Fact]
    public void One_that_answers_again_takes_turns_again()
    {
        _standings.WasSilent(new(_part, 0));
        First(0).ShouldBe(1);
        _standings.Answered(new(_part, 0));
        First(0).ShouldBe(0);
    }

    [Fact]
    public void Where_all_are_silent_they_are_asked_in_turn()
    {
        _standings.WasSilent(new(_part, 0));
        _standings.WasSilent(new(_part, 1));
        First(1).ShouldBe(1);
        First(2).ShouldBe(0);
    }

    [Fact]
    public void A_tenth_of_the_questions_may_be_asked_twice_and_a_few_at_once()
    {
        Taken(10).ShouldBe(4);
        for (var i = 0; i < 9; i++) First(i);
        Taken(1).ShouldBe(0);
        // In binary, ten times a tenth is a little less than one.
        for (var i = 0; i < 22; i++) First(i);
        Taken(10).ShouldBe(3);
        for (var i = 0; i < 1000; i++) First(i);
        Taken(10).ShouldBe(4);
    }

    private int First(int turn) => _standings.Order(_part, turn)[0].Replica;

    private int Taken(int tries) => Enumerable.Range(0, tries).Count(_ => _standings.TryHedge());
}
