using Pfe.Search;
using Pfe.Tests.Scoring;

namespace Pfe.Tests.Search;

/// <summary>What every index must find: a list, the formula in double precision, and a sort.</summary>
internal sealed class NaiveIndex
{
    private readonly List<IndexedFace> _faces = [];

    public IReadOnlyList<IndexedFace> Faces => _faces;

    public void Upsert(IEnumerable<IndexedFace> faces)
    {
        foreach (var face in faces)
        {
            _faces.RemoveAll(old => old.Id == face.Id);
            _faces.Add(face);
        }
    }

    public void Remove(Predicate<IndexedFace> which) => _faces.RemoveAll(which);

    public double Score(FaceEmbedding probe, FaceId id)
    {
        var face = _faces.Single(face => face.Id == id).Embedding;
        return NaiveScores.MutualLikelihood(probe.Mu, Variance(probe), face.Mu, Variance(face));
    }

    public List<(FaceId Face, PersonId Person, double Score)> Search(FaceEmbedding probe) =>
        [.. _faces.Select(face => (face.Id, face.Person, Score(probe, face.Id))).OrderByDescending(match => match.Item3)];

    public List<(FaceId Face, PersonId Person, double Score)> SearchPersons(FaceEmbedding probe) => [.. Search(probe)
        .DistinctBy(match => match.Person)];

    /// <summary>An index gives the same scores in the same order, but for what rounding may exchange.</summary>
    public void ShouldAgree(IFaceIndex index, IReadOnlyList<FaceEmbedding> probes, SearchOptions options, double tolerance = 0.02)
    {
        var (faces, persons) = (index.SearchFaces(probes, options), index.SearchPersons(probes, options));
        (faces.Coverage, persons.Coverage, faces.Version).ShouldBe((1, 1, index.Version));
        index.Count.ShouldBe(_faces.Count);
        for (var probe = 0; probe < probes.Count; probe++)
        {
            var (allFaces, allPersons) = (Search(probes[probe]), SearchPersons(probes[probe]));
            Compare(faces[probe].Select(match => (match.Id, match.Person, match.Score)), allFaces, probes[probe], options, tolerance);
            Compare(persons[probe].Select(match => (match.Face, match.Person, match.Score)), allPersons, probes[probe], options, tolerance);
            persons[probe].Select(match => match.Person).ShouldBeUnique();
        }
    }

    private void Compare(IEnumerable<(FaceId Face, PersonId Person, float Score)> found,
        List<(FaceId Face, PersonId Person, double Score)> expected, FaceEmbedding probe, SearchOptions options, double tolerance)
    {
        var matches = found.ToList();
        matches.Count.ShouldBe(Math.Min(options.K, expected.Count(match => match.Score >= options.Threshold)));
        for (var rank = 0; rank < matches.Count; rank++)
        {
            ((double)matches[rank].Score).ShouldBe(expected[rank].Score, tolerance);
            Score(probe, matches[rank].Face).ShouldBe(matches[rank].Score, tolerance);
            _faces.Single(face => face.Id == matches[rank].Face).Person.ShouldBe(matches[rank].Person);
        }
    }

    private static float[] Variance(FaceEmbedding face)
    {
        var variance = new float[face.Dimension];
        face.CopyVariance(variance);
        return variance;
    }
}
