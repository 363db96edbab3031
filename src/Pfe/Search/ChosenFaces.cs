using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>The full score of some faces of an index, bit by bit as a scan of all would give it.</summary>
internal static class ChosenFaces
{
    /// <summary>Scores faces for one probe.</summary>
    /// <param name="sources">Where the index's blocks lie, by first face.</param>
    /// <param name="probe">The probe, alone.</param>
    /// <param name="faces">The faces' numbers, each once; sorted here.</param>
    /// <param name="best">Takes their scores.</param>
    /// <param name="buffer">For blocks that are read from disk.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static void Score(IReadOnlyList<IBlockSource> sources, ProbeRows probe, int[] faces, ITopList best, RunBuffer buffer,
        CancellationToken cancellation)
    {
        Array.Sort(faces);
        for (int at = 0, source = 0; at < faces.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            while (faces[at] >= sources[source].FirstFace + sources[source].Count) source++;
            // A whole block is scored at once; only the chosen faces in it count.
            var from = sources[source];
            var block = (faces[at] - from.FirstFace) / FaceBlocks.Lanes;
            var firstFace = from.FirstFace + block * FaceBlocks.Lanes;
            var end = at;
            while (end < faces.Length && faces[end] < Math.Min(firstFace + FaceBlocks.Lanes, from.FirstFace + from.Count)) end++;
            var chosen = new Chosen(best, faces, at, end, firstFace);
            new BlockScan(from.Read(block, block + 1, buffer), probe, chosen, SimdPath.Kernels).Score(0);
            at = end;
        }
    }

    private sealed class Chosen(ITopList best, int[] faces, int begin, int end, int firstFace) : IScoreHandler
    {
        public void Take(int probe, int first, ReadOnlySpan<float> scores)
        {
            for (var at = begin; at < end; at++) best.Add(new Match(faces[at], scores[faces[at] - firstFace]));
        }
    }
}
