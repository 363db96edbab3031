using Pfe.Cluster;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>After how long another replica is asked as well.</summary>
public sealed class AnswerTimesTests
{
    private readonly AnswerTimes _times = new(Ms(10), Ms(100), Ms(500));

    [Fact]
    public void Until_enough_answers_came_patience_is_that_of_the_beginning()
    {
        Add(31, 3);
        _times.Patience.ShouldBe(Ms(100));
        Add(1, 3);
        _times.Patience.ShouldBe(Ms(10));
    }

    [Fact]
    public void Nineteen_of_twenty_of_the_last_answers_would_have_come_by_then()
    {
        for (var i = 1; i <= 256; i++) Add(1, i);
        _times.Patience.ShouldBe(Ms(244));
        // The older ones are forgotten.
        Add(256, 40);
        _times.Patience.ShouldBe(Ms(40));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(300, 300)]
    [InlineData(1800, 500)]
    public void Patience_grows_with_the_answers_under_load_and_stays_within_its_bounds(int answered, int patience)
    {
        Add(64, answered);
        _times.Patience.ShouldBe(Ms(patience));
    }

    private static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);

    private void Add(int count, int milliseconds)
    {
        for (var i = 0; i < count; i++) _times.Add(Ms(milliseconds));
    }
}
