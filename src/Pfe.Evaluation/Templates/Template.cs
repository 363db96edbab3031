namespace Pfe.Evaluation.Templates;

/// <summary>Several images of one person that are compared as one, as the IJB protocols list them.</summary>
/// <param name="Id">The template's number in the protocol.</param>
/// <param name="Rows">Rows of its images in the embedding set; empty when none of them could be embedded.</param>
/// <param name="Media">The medium (photograph or video) of each row.</param>
internal sealed record Template(long Id, int[] Rows, int[] Media)
{
    /// <summary>Whether there is nothing to compare.</summary>
    public bool IsEmpty => Rows.Length == 0;
}
