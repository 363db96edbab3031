using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Imaging;

public sealed class PixelBudgetTests
{
    [Fact]
    public void What_never_has_room_is_refused_with_both_sizes() =>
        Should.Throw<ImageException>(() => new PixelBudget(1_000_000).Take(2000, 1000, "a.png")).Reason
            .ShouldBe("2000 x 1000 pixels take 14 MB to decode, this process may take 7; make it smaller first");

    [Fact]
    public async Task No_more_is_decoded_at_one_time_than_there_is_room_for_and_all_get_their_turn()
    {
        var (budget, used, most, done) = (new PixelBudget(100), 0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Factory.StartNew(() =>
        {
            var pixels = n % 3 == 0 ? 100 : 10 + n;
            using (budget.Take(pixels, 1, "x"))
            {
                var now = Interlocked.Add(ref used, pixels);
                lock (budget) most = Math.Max(most, now);
                Thread.Yield();
                Interlocked.Add(ref used, -pixels);
            }
            Interlocked.Increment(ref done);
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        (done, used).ShouldBe((40, 0));
        most.ShouldBeLessThanOrEqualTo(100);
    }

    [Fact]
    public void A_picture_that_cannot_be_decoded_gives_its_room_back()
    {
        var budget = new PixelBudget(10);
        for (var i = 0; i < 3; i++)
            Should.Throw<InvalidTimeZoneException>(() =>
            {
                using var room = budget.Take(10, 1, "x");
                throw new InvalidTimeZoneException();
            });
    }
}
