using System.Numerics.Tensors;
using Pfe.Calibration;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Vision.Verification;

/// <summary>How people are damaged for a calibration by kinds.</summary>
internal sealed record KindCalibrationOptions
{
    /// <summary>People used at most; each costs about ninety runs of the network.</summary>
    public int MaxPeople { get; init; } = 150;

    /// <summary>Photographs of each at most.</summary>
    public int ImagesEach { get; init; } = 3;

    /// <summary>Recipes of each kind; the people are dealt out among them.</summary>
    public int RecipesEach { get; init; } = 2;

    /// <summary>Share of the people that thresholds are fitted on; the answers are counted on the others.</summary>
    public double FitShare { get; init; } = 0.6;

    /// <summary>Draws people and recipes.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>
/// Fits and checks a <see cref="TrustCalibration"/> on people of one's own: their aligned faces are damaged on the fly in every way of
/// the menu, and
/// strangers under one damage are compared as well as clean ones.
/// </summary>
internal static class KindCalibration
{
    /// <summary>The fewest people with two photographs or more.</summary>
    public const int MinPeople = 20;

    /// <summary>Fits on some of the people and counts the answers on the others.</summary>
    /// <param name="people">The photographs of each person.</param>
    /// <param name="align">Gives the aligned face of a photograph.</param>
    /// <param name="embedder">A model with a trust head.</param>
    /// <param name="options">Options.</param>
    /// <param name="source">What the people are, in words.</param>
    /// <param name="progress">Told how many faces of all are embedded.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A model without a trust head, too few people, or none that can be used.</exception>
    public static TrustCalibration Fit(IReadOnlyList<IReadOnlyList<FaceSource>> people, Func<FaceSource, Image> align,
        FaceEmbedder embedder,
        KindCalibrationOptions? options = null, string source = "", IProgress<ImageProgress>? progress = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        if (!embedder.HasTrust)
            throw new PfeException($"model '{embedder.Description.Name}' has no trust head: its answers cannot be calibrated by kinds");
        return Fit(people, align, face =>
        {
            var embedded = embedder.EmbedAligned(face, cancellation);
            return (embedded.Embedding.Mu.ToArray(), embedded.Trust!.Value);
        }, options ?? new(), source, progress, cancellation);
    }

    internal static TrustCalibration Fit<TPhoto>(IReadOnlyList<IReadOnlyList<TPhoto>> people, Func<TPhoto, Image> align,
        Func<Image, (float[] Mu, FaceTrust Trust)> embed, KindCalibrationOptions options, string source, IProgress<ImageProgress>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(people);
        IReadOnlyList<TPhoto>[] enough = [.. people.Where(person => person.Count >= 2)];
        if (enough.Length < MinPeople)
            throw new PfeException($"{enough.Length} people have two photographs or more; answers by kinds of damage take {MinPeople} "
                + "at least, and a hundred to be worth much");
        new Random(options.Seed).Shuffle(enough);
        enough = enough[..Math.Min(enough.Length, options.MaxPeople)];
        var fitted = (int)Math.Round(options.FitShare * enough.Length);
        var (first, second) = (new Study<TPhoto>(enough[..fitted], DamageRecipe.Fitted, options, options.Seed),
            new Study<TPhoto>(enough[fitted..], [.. DamageRecipe.Fitted, .. DamageRecipe.Unseen], options with { RecipesEach = 1 },
                options.Seed + 1));
        var all = first.Count + second.Count;
        var (pairs, clean) = first.Pairs(align, embed, options.Seed, leaveOut: true,
            done => progress?.Report(new ImageProgress(done, all, 0)),
            cancellation);
        var words = $"{source}: {fitted} people, clean and damaged in {first.Recipes} ways; the table on {enough.Length - fitted} others";
        var calibration = TrustFit.Fit(pairs, clean, words, cancellation);
        var (check, _) = second.Pairs(align, embed, options.Seed, leaveOut: false,
            done => progress?.Report(new ImageProgress(first.Count + done, all, 0)),
            cancellation);
        return calibration with { Kinds = Rates(check, calibration) };
    }

    /// <summary>The table by kinds.</summary>
    /// <param name="pairs">Pairs with their scores, of people that the calibration has not seen.</param>
    /// <param name="calibration">Gives the answers, at its default false-match rate.</param>
    public static IReadOnlyList<KindRates> Rates(IEnumerable<KindPairs> pairs, TrustCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        var (accept, reject) = (calibration.ThresholdAt(calibration.DefaultFalseMatchRate), calibration.DifferentBelow);
        return [.. pairs.Select(kind => KindRates.Of(kind.Select(calibration.Evidence), accept, reject))];
    }

    /// <summary>Some people under a plan.</summary>
    private sealed class Study<TPhoto>
    {
        private readonly TPhoto[] _photos;
        private readonly DamagePlan _plan;

        public Study(IReadOnlyList<TPhoto>[] people, IReadOnlyList<RecipeKind> kinds, KindCalibrationOptions options, int seed)
        {
            var at = 0;
            _photos = [.. people.SelectMany(person => person.Take(options.ImagesEach))];
            IReadOnlyList<int>[] indices =
                [.. people.Select(person => (IReadOnlyList<int>)[.. person.Take(options.ImagesEach).Select(_ => at++)])];
            _plan = DamagePlan.ByKind(indices, kinds, options.RecipesEach, options.ImagesEach, seed);
        }

        public int Count => _plan.Faces.Count;

        public int Recipes => _plan.Recipes.Count;

        public (IReadOnlyList<KindPairs> Pairs, FaceTrust[] Clean) Pairs(Func<TPhoto, Image> align, Func<Image,
            (float[] Mu, FaceTrust Trust)> embed,
            int seed, bool leaveOut, Action<int> progress, CancellationToken cancellation)
        {
            var aligned = new Image?[_photos.Length];
            var (mus, trust, done) = (new float[_plan.Faces.Count][], new FaceTrust[_plan.Faces.Count], 0);
            var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
            Parallel.For(0, _photos.Length, parallel, photo =>
            {
                // A photograph without a face is left out, as in every other run over many.
                try { aligned[photo] = align(_photos[photo]); }
                catch (ImageException) { }
            });
            Parallel.For(0, _plan.Faces.Count, parallel, row =>
            {
                var face = _plan.Faces[row];
                if (aligned[face.Image] is not { } image) return;
                (mus[row], trust[row]) =
                    embed(face.Recipe == DamagePlan.Clean ? image : _plan.Recipes[face.Recipe].Apply(image, face.Image));
                if (Interlocked.Increment(ref done) is var count && count % 64 == 0) progress(count);
            });
            bool Usable(int row) => mus[row] is not null;
            double Score(int a, int b) => TrustScore.Of(TensorPrimitives.Dot<float>(mus[a], mus[b]), trust[a], trust[b]);
            var misnamed = leaveOut ? PlannedPairs.Misnamed(_plan, Usable, Score) : new HashSet<int>();
            var pairs = PlannedPairs.Of(_plan, row => Usable(row) && !misnamed.Contains(_plan.Faces[row].Image), Score, seed, cancellation);
            var clean = Enumerable.Range(0, mus.Length).Where(row => mus[row] is not null && _plan.Faces[row].Recipe == DamagePlan.Clean);
            return (pairs, [.. clean.Select(row => trust[row])]);
        }
    }
}
