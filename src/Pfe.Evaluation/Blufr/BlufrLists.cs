using Pfe.Interop.Matlab;

namespace Pfe.Evaluation.Blufr;

/// <summary>One random trial of BLUFR; all are rows of the image list, from 0.</summary>
/// <param name="Test">Images that are compared each with each; empty where the lists have the open-set search alone.</param>
/// <param name="Gallery">One image of each person that is searched for.</param>
/// <param name="Probes">Images that are searched, of persons of the gallery and of others.</param>
internal sealed record BlufrTrial(IReadOnlyList<int> Test, IReadOnlyList<int> Gallery, IReadOnlyList<int> Probes);

/// <summary>
/// The lists of BLUFR, the benchmark of large-scale unconstrained face recognition on LFW (Liao, Lei, Yi and Li, IJCB 2014): which images
/// there are, whose they are, and the random trials.
/// </summary>
/// <param name="Images">Image names, <c>Aaron_Eckhart_0001.jpg</c> or with the person's folder.</param>
/// <param name="Identities">The person of each image, as a number.</param>
/// <param name="Trials">The trials, ten in the published lists.</param>
internal sealed record BlufrLists(IReadOnlyList<string> Images, IReadOnlyList<int> Identities, IReadOnlyList<BlufrTrial> Trials)
{
    /// <summary>Reads the benchmark's own file <c>blufr_lfw_config.mat</c>, or ProbFace's folder <c>proto</c> with the same lists in
    /// pieces.</summary>
    /// <param name="path">The file, or a folder with <c>blufr</c> and <c>WDRef</c> in it.</param>
    /// <exception cref="PfeException">A file or variable is missing or damaged, or an index lies outside the image list.</exception>
    public static BlufrLists Load(string path) => Directory.Exists(path) ? OfProbFace(path) : OfConfiguration(path);

    private static BlufrLists OfConfiguration(string path)
    {
        var file = MatFile.Load(path);
        var images = Names(file.Texts("imageList"));
        IReadOnlyList<int>[] Lists(string name) => [.. file.Cells(name).Select(cell => cell is MatNumbers numbers
            ? Rows(numbers.Values, images.Length, path, name)
            : throw new PfeException($"'{path}': variable '{name}' should hold cells with numbers"))];
        var (test, gallery, probes) = (Lists("testIndex"), Lists("galIndex"), Lists("probIndex"));
        if (test.Length == 0 || gallery.Length != test.Length || probes.Length != test.Length)
            throw new PfeException(
                $"'{path}' has {test.Length} test, {gallery.Length} gallery and {probes.Length} probe lists; as many of each are wanted");
        return new(images, Labels(file.Numbers("labels"), images.Length, path),
            [.. test.Select((rows, trial) => new BlufrTrial(rows, gallery[trial], probes[trial]))]);
    }

    private static BlufrLists OfProbFace(string folder)
    {
        string Find(string name) => new[] { Path.Combine(folder, "blufr", name), Path.Combine(folder, "WDRef", name),
            Path.Combine(folder, name) }
            .FirstOrDefault(File.Exists) ?? throw new PfeException($"there is no {name} in '{folder}', nor in its folders blufr and WDRef");
        var (list, people) = (Find("imagelist_lfw.mat"), Find("id_lfw.mat"));
        var images = Names(MatFile.Load(list).Texts("imagelist_lfw"));
        IReadOnlyList<int>[] Lists(string name, string variable)
        {
            var path = Find(name);
            var file = MatFile.Load(path);
            return [.. Enumerable.Range(1, 10).Select(trial => $"{variable}_{trial}").TakeWhile(file.Contains)
                .Select(trial => Rows(file.Numbers(trial), images.Length, path, trial))];
        }
        var (gallery, mated, others) = (Lists("lfw_gallery_index.mat", "gallery_index"),
            Lists("lfw_genuine_probe_index.mat", "genuine_probe_index"), Lists("lfw_impostor_probe_index.mat", "impostor_probe_index"));
        if (gallery.Length == 0 || mated.Length != gallery.Length || others.Length != gallery.Length)
            throw new PfeException(
                $"'{folder}' has {gallery.Length} gallery, {mated.Length} genuine and {others.Length} impostor lists; as many of each " +
                    "are wanted");
        return new(images, Labels(MatFile.Load(people).Numbers("id_lfw"), images.Length, people),
            [.. gallery.Select((rows, trial) => new BlufrTrial([], rows, [.. mated[trial], .. others[trial]]))]);
    }

    private static string[] Names(string[] names) => names.Length > 0
        ? [.. names.Select(name => name.Replace('\\', '/'))] : throw new PfeException("the image list is empty");

    private static int[] Labels(double[] numbers, int images, string path) => numbers.Length == images
        ? [.. numbers.Select(number => (int)number)]
        : throw new PfeException($"'{path}' has {numbers.Length} labels for {images} images");

    /// <summary>MATLAB counts from 1.</summary>
    private static int[] Rows(double[] numbers, int images, string path, string variable) => [.. numbers.Select(number =>
        number >= 1 && number <= images && number == Math.Floor(number)
            ? (int)number - 1 : throw new PfeException($"'{path}': '{variable}' holds {number}, which is no image from 1 to {images}"))];
}
