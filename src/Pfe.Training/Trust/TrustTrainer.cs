using System.Runtime.InteropServices;
using Pfe.Training.Configuration;
using Pfe.Vision.Imaging.Damage;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Trust;

/// <summary>Gradient descent on the trust head.</summary>
internal sealed class TrustTrainer : IDisposable
{
    private const int GroupsEach = 3;
    private const int RecipesEach = 2;
    private const int FacesEach = 44;
    private const double Clip = 5;
    private readonly TrustSample _sample;
    private readonly TrustOptions _options;
    private readonly int _seed;
    private readonly AdamW _descent;
    private readonly Tensor _logScale = tensor((float)Math.Log(TrustLoss.FirstScale)).requires_grad_(true);
    private readonly (int[] Clean, int[][] Damaged)[] _groups;

    public TrustTrainer(TrustSample sample, TrustOptions options, int seed)
    {
        (_sample, _options, _seed) = (sample, options, seed);
        Network = new TrustNetwork(sample.Features, options.Hidden, options.Collision, seed);
        _descent = new AdamW([.. Network.Trained.Select(entry => entry.Tensor), _logScale], options.WeightDecay, Clip);
        _logScale.grad = zeros_like(_logScale);
        _groups = Groups(sample.Plan);
    }

    public TrustNetwork Network { get; }

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>d of <see cref="TrustLoss"/>.</summary>
    public double Scale => Math.Exp(_logScale.item<float>());

    /// <summary>One step; gives the loss.</summary>
    public double Advance()
    {
        using var scope = NewDisposeScope();
        var random = Seeds.Random(_seed, Seeds.TrustBatch, Step);
        var rows = Batch(random);
        var pairs = TrustPairs.Of(_sample, rows, random);
        var inputs = new float[rows.Length * _sample.Features];
        for (var i = 0; i < rows.Length; i++) _sample.Input(rows[i]).CopyTo(inputs.AsSpan(i * _sample.Features));

        var outputs = Network.Forward(tensor(inputs, [rows.Length, _sample.Features]), training: true);
        var gradient = new double[2 * rows.Length];
        var (loss, byLogScale) = TrustLoss.Of(outputs.data<float>().ToArray(), _logScale.item<float>(), pairs, gradient);
        if (!_options.Collision)
            for (var i = 1; i < gradient.Length; i += 2) gradient[i] = 0;
        // The loss and its slope are ours; the way back through the head is libtorch's.
        outputs.mul(tensor(Array.ConvertAll(gradient, value => (float)value), [rows.Length, 2])).sum().backward();
        MemoryMarshal.Cast<byte, float>(_logScale.grad!.bytes)[0] = (float)byLogScale;
        _descent.Step(Rate(Step, _options.Steps, _options.LearningRate));
        Step++;
        return loss;
    }

    public void Dispose()
    {
        Network.Dispose();
        _logScale.Dispose();
    }

    /// <summary>One cycle (Smith 2018): up from a twenty-fifth over a tenth of the steps, down to next to nothing over the others, each
    /// half a cosine.</summary>
    public static double Rate(int step, int steps, double peak)
    {
        var top = Math.Max(1, steps / 10);
        return step < top
            ? peak * (0.52 - 0.48 * Math.Cos(Math.PI * step / top))
            : peak * (0.5 + 0.5 * Math.Cos(Math.PI * (step - top) / Math.Max(1, steps - top)));
    }

    private int[] Batch(Random random)
    {
        var rows = new List<int>();
        foreach (var (clean, damaged) in Some(_groups, GroupsEach, random))
        {
            rows.AddRange(Some(clean, FacesEach, random));
            foreach (var recipe in Some(damaged, RecipesEach, random)) rows.AddRange(Some(recipe, FacesEach, random));
        }
        return [.. rows];
    }

    private static IEnumerable<T> Some<T>(T[] all, int count, Random random)
    {
        var order = Enumerable.Range(0, all.Length).ToArray();
        random.Shuffle(order);
        return order.Take(count).Select(i => all[i]);
    }

    // A group is the people who share recipes; recipes follow their group's clean faces in the plan.
    private static (int[] Clean, int[][] Damaged)[] Groups(DamagePlan plan)
    {
        var rows = Enumerable.Range(0, plan.Faces.Count).ToArray();
        var damaged = rows.Where(row => plan.Faces[row].Recipe != DamagePlan.Clean).GroupBy(row => plan.Faces[row].Recipe)
            .Select(group => (First: plan.Faces[group.First()].Person, Rows: group.ToArray())).ToArray();
        var clean = rows.Where(row => plan.Faces[row].Recipe == DamagePlan.Clean).ToLookup(row => plan.Faces[row].Person);
        return [.. damaged.GroupBy(recipe => recipe.First).Select(group =>
        {
            var people = group.SelectMany(recipe => recipe.Rows.Select(row => plan.Faces[row].Person)).Distinct();
            return (people.SelectMany(person => clean[person]).ToArray(), group.Select(recipe => recipe.Rows).ToArray());
        })];
    }
}
