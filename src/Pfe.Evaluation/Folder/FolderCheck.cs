using System.Globalization;
using System.Security.Cryptography;

namespace Pfe.Evaluation.Folder;

/// <summary>Two names under which one thing seems to be filed.</summary>
/// <param name="First">A file, or an identity.</param>
/// <param name="Second">Another one, of another identity.</param>
/// <param name="Cosine">Cosine of the two identities' mean embeddings; null for files that are equal byte by byte.</param>
internal sealed record LikelyDuplicate(string First, string Second, double? Cosine);

/// <summary>What is wrong with a folder as a benchmark, found before anything is measured on it.</summary>
/// <param name="Images">Pictures found.</param>
/// <param name="Identities">Identity folders with pictures.</param>
/// <param name="NotEmbedded">Pictures without embedding: unreadable, or without a face.</param>
/// <param name="Unreadable">Of these, the ones that are no pictures; null when nobody looked.</param>
/// <param name="SingleImageIdentities">Identities with one embedded image: they give impostor pairs, but no genuine one.</param>
/// <param name="EqualFiles">Files that are equal byte by byte and lie under two identities.</param>
/// <param name="LikelyOnePerson">Pairs of identities that look more alike than half of all genuine pairs do.</param>
/// <param name="Warnings">The same in sentences, with what to do about it; empty for a sound folder.</param>
internal sealed record FolderCheck(
    int Images, int Identities, IReadOnlyList<string> NotEmbedded, IReadOnlyList<string>? Unreadable, int SingleImageIdentities,
    IReadOnlyList<LikelyDuplicate> EqualFiles, IReadOnlyList<LikelyDuplicate> LikelyOnePerson, IReadOnlyList<string> Warnings)
{
    /// <summary>Files of different identities with equal bytes.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="images">Its images.</param>
    /// <param name="cancellation">Stops the work between files.</param>
    public static IReadOnlyList<LikelyDuplicate> FindEqualFiles(
        string folder, IReadOnlyList<FolderImage> images, CancellationToken cancellation = default)
    {
        // Only files of one length can be equal, so most are never read.
        var duplicates = new List<LikelyDuplicate>();
        foreach (var sameLength in images.GroupBy(image => new FileInfo(Path.Combine(folder, image.Name)).Length)
            .Where(group => group.Count() > 1))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var equal in sameLength.GroupBy(image => Hash(Path.Combine(folder, image.Name)), StringComparer.Ordinal))
                duplicates.AddRange(equal.Skip(1).Where(image => image.Identity != equal.First().Identity)
                    .Select(image => new LikelyDuplicate(equal.First().Name, image.Name, null)));
        }
        return [.. duplicates.OrderBy(pair => pair.First, StringComparer.Ordinal)];
    }

    internal static IReadOnlyList<string> Warn(FolderCheck check, int genuinePairs, int comparedIdentities)
    {
        var warnings = new List<string>();
        if (comparedIdentities < 30)
            warnings.Add($"{comparedIdentities} identities are few: intervals over identities are optimistic below about 30");
        if (genuinePairs < 100) warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{genuinePairs} genuine pairs are few: one " +
            $"pair moves the TAR by {100.0 / genuinePairs:0.0} points"));
        if (check.SingleImageIdentities > 0)
            warnings.Add($"{check.SingleImageIdentities} identities have one usable image and so no genuine pair");
        if (check.NotEmbedded is [var missing, ..])
            warnings.Add($"{check.NotEmbedded.Count} of {check.Images} images are left out{Reasons(check)}; results hold for the others " +
                $"only. The first: {missing}");
        if (check.EqualFiles is [var equal, ..])
            warnings.Add($"{check.EqualFiles.Count} files lie under two identities, such as {equal.First} and {equal.Second}: they make " +
                "false accepts that are none; remove one of each two");
        if (check.LikelyOnePerson is [var alike, ..])
            warnings.Add($"{check.LikelyOnePerson.Count} pairs of identities may be one person, such as {alike.First} and " +
                $"{alike.Second}: look at them before you believe a low FAR");
        return warnings;
    }

    private static string Reasons(FolderCheck check) =>
        check.Unreadable is { } unreadable
        ? $" ({unreadable.Count} unreadable, {check.NotEmbedded.Count - unreadable.Count} without a face)" : "";

    private static string Hash(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
