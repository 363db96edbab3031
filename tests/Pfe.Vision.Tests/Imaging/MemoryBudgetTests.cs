using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Imaging;

public sealed class MemoryBudgetTests
{
    [Fact]
    public void What_never_has_room_is_not_waited_for() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new MemoryBudget(10).Take(11));

    [Fact]
    public async Task No_more_is_taken_at_one_time_than_there_is_room_for_and_all_get_their_turn()
    {
        var (budget, used, most, done) = (new MemoryBudget(100), 0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Factory.StartNew(() =>
        {
            var bytes = n % 3 == 0 ? 100 : 10 + n;
            using (var room = budget.Take(bytes))
            {
                var now = Interlocked.Add(ref used, bytes);
                lock (budget) most = Math.Max(most, now);
                Thread.Yield();
                Interlocked.Add(ref used, -bytes);
                room.Shrink(bytes / 2);
            }
            Interlocked.Increment(ref done);
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        (done, used).ShouldBe((40, 0));
        most.ShouldBeLessThanOrEqualTo(100);
    }

    [Fact]
    public void A_picture_that_cannot_be_decoded_gives_its_room_back()
    {
        var budget = new MemoryBudget(10);
        for (var i = 0; i < 3; i++)
            Should.Throw<InvalidTimeZoneException>(() =>
            {
                using var room = budget.Take(10);
                throw new InvalidTimeZoneException();
            });
    }

    [Fact]
    public void What_is_given_back_early_is_there_for_others_and_not_given_back_twice()
    {
        var budget = new MemoryBudget(10);
        using (var first = budget.Take(10))
        {
            first.Shrink(4);
            budget.Take(6).Dispose();
        }
        budget.Take(10).Dispose();
        using var half = budget.Take(5);
        half.Dispose();
        budget.Take(10).Dispose();
    }
}
