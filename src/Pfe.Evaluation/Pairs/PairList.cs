namespace Pfe.Evaluation.Pairs;

/// <summary>Pairs of rows of one set of faces or templates, each known to be of one person or of two.</summary>
public sealed class PairList
{
    /// <summary>Wraps pairs; nothing is copied.</summary>
    /// <param name="first">Row on the left of each pair.</param>
    /// <param name="second">Row on the right of each pair.</param>
    /// <param name="same">Whether each pair is genuine.</param>
    /// <param name="identities">Identity of each row, numbered from 0; null when it is not known.</param>
    public PairList(int[] first, int[] second, bool[] same, int[]? identities)
    {
        if (first.Length != second.Length || first.Length != same.Length)
            throw new ArgumentException($"{first.Length} first rows, {second.Length} second rows and {same.Length} labels do not belong " +
                "together", nameof(same));
        (First, Second, Same, Identities) = (first, second, same, identities);
        GenuineCount = same.Count(isSame => isSame);
    }

    /// <summary>Row on the left of each pair.</summary>
    public ReadOnlyMemory<int> First { get; }

    /// <summary>Row on the right of each pair.</summary>
    public ReadOnlyMemory<int> Second { get; }

    /// <summary>Whether each pair is genuine.</summary>
    public ReadOnlyMemory<bool> Same { get; }

    /// <summary>Identity of each row, numbered from 0; null when it is not known.</summary>
    public IReadOnlyList<int>? Identities { get; }

    /// <summary>Number of pairs.</summary>
    public int Count => Same.Length;

    /// <summary>Number of pairs of one person.</summary>
    public int GenuineCount { get; }

    /// <summary>Number of pairs of two persons.</summary>
    public int ImpostorCount => Count - GenuineCount;

    /// <summary>Parts one score a pair into genuine and impostor scores, in the pairs' order.</summary>
    /// <param name="scores">One score a pair.</param>
    public (float[] Genuine, float[] Impostor) Split(ReadOnlySpan<float> scores)
    {
        if (scores.Length != Count) throw new ArgumentException($"{scores.Length} scores for {Count} pairs", nameof(scores));
        var (genuine, impostor, g, i) = (new float[GenuineCount], new float[ImpostorCount], 0, 0);
        var same = Same.Span;
        for (var n = 0; n < scores.Length; n++)
        {
            if (same[n]) genuine[g++] = scores[n];
            else impostor[i++] = scores[n];
        }
        return (genuine, impostor);
    }
}
