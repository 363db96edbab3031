using Pfe.Gallery.Decisions;
using Pfe.Scoring;

namespace Pfe.Gallery.Search;

/// <summary>One anchor of the tail.</summary>
internal readonly record struct TailRow(Guid PersonId, FacePoint Anchor);

/// <summary>A part of the tail, laid out for the kernels when it is first searched.</summary>
internal sealed class TailChunk(int id, TailRow[] rows)
{
    private readonly Lazy<ScoreGallery> _gallery = new(() => Lay(rows));

    public IReadOnlyList<TailRow> Rows => rows;

    /// <summary>The rows that still count.</summary>
    public IEnumerable<TailRow> Live(IReadOnlyDictionary<Guid, int> owner) => rows.Where(row => owner[row.PersonId] == id);

    public void Search(EmbeddingSet probes, IReadOnlyDictionary<Guid, int> owner, BestPersons[] best, int threads,
        CancellationToken cancellation)
    {
        var scores = new float[rows.Length];
        for (var probe = 0; probe < probes.Count; probe++)
        {
            _gallery.Value.Score(probes, probe, 1, scores, threads, cancellation);
            for (var i = 0; i < rows.Length; i++)
                if (scores[i] >= best[probe].Bar && owner[rows[i].PersonId] == id) best[probe]
                    .Add(new PersonScore(rows[i].PersonId, scores[i], rows[i].Anchor.Uncertainty));
        }
    }

    private static ScoreGallery Lay(TailRow[] rows)
    {
        using var set = new EmbeddingSet(
            rows[0].Anchor.Mu.Length, [.. rows.SelectMany(row => row.Anchor.Mu)], [.. rows.SelectMany(row => row.Anchor.LogVariance)],
                [.. rows.Select(row => row.PersonId.ToString())]);
        return ScoreGallery.Create(set, threads: 1);
    }
}
