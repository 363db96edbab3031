using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page, relative to the repository.</param>
/// <param name="Line">Line of its first line, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Text">The block without its fences.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string Text);

/// <summary>README, CONTRIBUTING, docs/ and bench/README: what a reader copies from.</summary>
internal static class Documents
{
    public static IEnumerable<string> Pages()
    {
        var root = TestData.RepoRoot;
        return Directory.GetFiles(root, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories))
            .Append(Path.Combine(root, "bench", "README.md"))
            .Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal);
    }

    /// <summary>The blocks of a language; the cookbook's are written from recipes that its own test compiles and runs.</summary>
    public static IEnumerable<CodeBlock> Blocks(string language)
    {
        foreach (var page in Pages().Where(page => Path.GetFileName(page) != "cookbook.md"))
        {
            var (lines, start, kind) = (File.ReadAllLines(Path.Combine(TestData.RepoRoot, page)), -1, "");
            for (var i = 0; i < lines.Length; i++)
            {
                if (!lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal)) continue;
                if (start < 0)
                {
                    (start, kind) = (i + 1, lines[i].Trim().TrimStart('`'));
                    continue;
                }
                if (kind == language) yield return new CodeBlock(page, start + 1, kind, string.Join('\n', lines[start..i]));
                start = -1;
            }
            if (start >= 0) throw new InvalidOperationException($"{page}: the block that begins at line {start} has no end");
        }
    }
}
