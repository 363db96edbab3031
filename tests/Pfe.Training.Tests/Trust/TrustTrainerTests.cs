using System.Numerics.Tensors;
using Pfe.Calibration;
using Pfe.Training.Configuration;
using Pfe.Training.Trust;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Tests.Trust;

public sealed class TrustTrainerTests
{
    private const int Dimension = 16;
    private static readonly TrustOptions Options = new()
    {
        GroupSize = 6, ImagesEach = 3, RecipesEach = 4, Hidden = 16, Steps = 120,
        LearningRate = 5e-3
    };

    /// <summary>
    /// Damaged faces are half a direction that their recipe chooses, so strangers under one recipe lie near each other; the last input
    /// tells damage apart.
    /// </summary>
    private static TrustSample Sample(int seed)
    {
        var random = new Random(seed);
        IReadOnlyList<int>[] people = [.. Enumerable.Range(0, 24).Select(p => (IReadOnlyList<int>)[3 * p, 3 * p + 1, 3 * p + 2])];
        var plan = DamagePlan.InGroups(people, Options.GroupSize, Options.ImagesEach, Options.RecipesEach, 0, seed);
        var (identities, damages) = (people.Select(_ => Vector(random)).ToArray(), plan.Recipes.Select(_ => Vector(random)).ToArray());
        var (inputs, mus) = (new float[plan.Faces.Count * (Dimension + 1)], new float[plan.Faces.Count * Dimension]);
        for (var row = 0; row < plan.Faces.Count; row++)
        {
            var face = plan.Faces[row];
            var mu = mus.AsSpan(row * Dimension, Dimension);
            TensorPrimitives.MultiplyAdd(Vector(random), 0.4f, identities[face.Person], mu);
            if (face.Recipe != DamagePlan.Clean)
            {
                // No face keeps nothing of the person.
                TensorPrimitives.Multiply(mu, plan.Recipes[face.Recipe].IsNonFace ? 0 : 0.5f, mu);
                TensorPrimitives.Add(mu, damages[face.Recipe], mu);
            }
            TensorPrimitives.Divide(mu, TensorPrimitives.Norm<float>(mu), mu);
            mu.CopyTo(inputs.AsSpan(row * (Dimension + 1)));
            inputs[row * (Dimension + 1) + Dimension] = face.Recipe == DamagePlan.Clean ? -1 : 1;
        }
        return new TrustSample(plan, inputs, mus);
    }

    [Fact]
    public void Damaged_faces_are_trusted_less_and_collide_more()
    {
        using var trainer = new TrustTrainer(Sample(1), Options, 1);
        var first = trainer.Advance();
        var last = 0.0;
        while (trainer.Step < Options.Steps) last = trainer.Advance();
        last.ShouldBeLessThan(0.8 * first);

        var unseen = Sample(2);
        var trust = trainer.Network.Trust(unseen);
        var clean = trust.Where((_, row) => unseen.Plan.Faces[row].Recipe == DamagePlan.Clean).ToArray();
        var damaged = trust.Where((_, row) => unseen.Plan.Faces[row].Recipe != DamagePlan.Clean).ToArray();
        damaged.Average(face => face.Noise).ShouldBeGreaterThan(clean.Average(face => face.Noise));
        damaged.Average(face => face.Collision).ShouldBeGreaterThan(clean.Average(face => face.Collision));
    }

    [Fact]
    public void The_same_seed_gives_the_same_head()
    {
        float[] Weights(int seed)
        {
            TorchSharp.torch.set_num_threads(1);
            using var trainer = new TrustTrainer(Sample(1), Options, seed);
            for (var step = 0; step < 10; step++) trainer.Advance();
            return trainer.Network.Values("hidden.weight");
        }
        Weights(1).ShouldBe(Weights(1));
        Weights(1).ShouldNotBe(Weights(2));
    }

    [Fact]
    public void Without_a_collision_the_second_number_stays_nothing()
    {
        using var trainer = new TrustTrainer(Sample(1), Options with { Collision = false }, 1);
        for (var step = 0; step < 20; step++) trainer.Advance();
        trainer.Network.Trust(Sample(2)).ShouldAllBe(face => face.Collision == 0);
    }

    [Fact]
    public void The_rate_goes_up_and_down_once()
    {
        var rates = Enumerable.Range(0, 200).Select(step => TrustTrainer.Rate(step, 200, 1)).ToArray();
        rates.Max().ShouldBe(1, 1e-9);
        Array.IndexOf(rates, rates.Max()).ShouldBe(20);
        rates[0].ShouldBe(0.04, 1e-9);
        rates[^1].ShouldBeLessThan(1e-3);
    }

    [Fact]
    public void Pairs_of_no_face_are_never_one_person()
    {
        var sample = Sample(3);
        var rows = Enumerable.Range(0, sample.Count).Where(row => row % 2 == 0).ToArray();
        var pairs = TrustPairs.Of(sample, rows, new Random(1));
        foreach (var pair in pairs.Where(pair => pair.Same))
        {
            var (a, b) = (sample.Plan.Faces[rows[pair.First]], sample.Plan.Faces[rows[pair.Second]]);
            (a.Person == b.Person && a.Image != b.Image).ShouldBeTrue();
            new[] { a, b }.ShouldAllBe(face => face.Recipe == DamagePlan.Clean || !sample.Plan.Recipes[face.Recipe].IsNonFace);
        }
        // Each lot of pairs weighs its factor, whatever its size: 2 for clean and for shared damage, 1 for the others, genuine and
        // impostor each.
        pairs.Sum(pair => pair.Weight).ShouldBe(12, 1e-9);
    }

    private static float[] Vector(Random random)
    {
        var values = new float[Dimension];
        for (var d = 0; d < Dimension; d++) values[d] = (float)(random.NextDouble() * 2 - 1);
        return values;
    }
}
