using System.Globalization;

namespace Pfe.Benchmarks;

/// <summary>
/// How long a question to many shards takes, drawn from measured times of one shard: the slowest of them decides, and a second replica
/// asked when 19 of 20 would have answered overtakes it. Draws are independent, so what slows all shards at once is not in it.
/// </summary>
internal static class FanOut
{
    private const int Questions = 100_000;
    private static readonly int[] ShardCounts = [13, 50, 250];

    // One node of 13 does not answer at all: a thirteenth of the shards are asked there first.
    private const int FrozenOneIn = 13;

    /// <summary>Writes the table.</summary>
    /// <param name="file">Measured times of one shard in milliseconds, one a line; lines with # are notes.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="output">Where the table goes.</param>
    public static void Write(string file, int seed, TextWriter output)
    {
        var times = File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture)).Order().ToArray();
        var hedge = At(times, 0.95);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{times.Length} times of one shard: p50 {At(times, 0.5):0.0} ms, p95 {hedge:0.0}, p99 {At(times, 0.99):0.0}. ")
            + string.Create(CultureInfo.InvariantCulture, $"{Questions} questions, seed {seed}.\n"));
        output.WriteLine("| shards | second replica | p50, ms | p99 | p99.9 | slower than 3 x one shard's p50 | shards asked twice |");
        output.WriteLine("|---:|---|---:|---:|---:|---:|---:|");
        foreach (var shards in ShardCounts)
        {
            Row(output, times, shards, "never", seed, null, 0);
            Row(output, times, shards, "after p95", seed, hedge, 0);
            Row(output, times, shards, "after p95, one node in 13 frozen", seed, hedge, FrozenOneIn);
        }
    }

    private static void Row(TextWriter output, double[] times, int shards, string how, int seed, double? hedge, int frozenOneIn)
    {
        var random = new Random(seed);
        var (questions, twice) = (new double[Questions], 0L);
        for (var i = 0; i < Questions; i++)
            for (var shard = 0; shard < shards; shard++)
            {
                var isFrozen = frozenOneIn > 0 && random.Next(frozenOneIn) == 0;
                var time = isFrozen ? double.PositiveInfinity : times[random.Next(times.Length)];
                if (time > hedge)
                {
                    time = Math.Min(time, hedge.Value + times[random.Next(times.Length)]);
                    twice++;
                }
                questions[i] = Math.Max(questions[i], time);
            }
        Array.Sort(questions);
        var slow = questions.Count(time => time > 3 * At(times, 0.5));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {shards} | {how} | {At(questions, 0.5):0.0} | {At(questions, 0.99):0.0} | {At(questions, 0.999):0.0} |")
            + string.Create(CultureInfo.InvariantCulture,
                $" {(double)slow / Questions:0.0 %} | {(double)twice / Questions / shards:0.0 %} |"));
    }

    private static double At(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];
}
