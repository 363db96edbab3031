using System.Text.Json;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary><c>pfe index</c>, <c>pfe search</c> and <c>pfe bench</c> as a user types them.</summary>
public sealed class SearchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _faces;
    private readonly string _index;

    public SearchCommandTests()
    {
        (_faces, _index) = (_folder.File("faces.safetensors"), _folder.File("faces.pfi"));
        Faces(60, "photo").Save(_faces);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_index_is_built_searched_extended_and_reduced()
    {
        using var built = JsonDocument.Parse(await Run("index", "build", _index, _faces, "--shortlist", "--json"));
        built.RootElement.GetProperty("faces").GetInt32().ShouldBe(60);
        built.RootElement.GetProperty("dimension").GetInt32().ShouldBe(32);

        using var found = JsonDocument.Parse(await Run("search", "--index", _index, "--probe", _faces, "--k", "3", "--json"));
        var probe = found.RootElement.GetProperty("probes")[7];
        probe.GetProperty("probe").GetString().ShouldBe("photo/7.jpg");
        probe.GetProperty("matches").GetArrayLength().ShouldBe(3);
        probe.GetProperty("matches")[0].GetProperty("name").GetString().ShouldBe("photo/7.jpg");

        var more = _folder.File("more.safetensors");
        Faces(10, "late").Save(more);
        await Run("index", "add", _index, more);
        (await Run("index", "remove", _index, "photo/7.jpg")).ShouldContain("69 faces (1 removed)");
        (await Run("index", "info", _index, "--verify")).ShouldContain("69 faces");
        foreach (var mode in new[] { "Exact", "Shortlist" })
            (await Run("search", "--index", _index, "--probe", _faces, "--mode", mode)).ShouldContain("late/");
    }

    [Fact]
    public async Task Persons_come_from_folders_are_found_once_each_and_can_be_removed()
    {
        var others = _folder.File("others.safetensors");
        Faces(30, "other").Save(others);
        await Run("index", "build", _index, _faces, others, "--person", "Folder");
        using var found = JsonDocument.Parse(await Run("search", "--index", _index, "--probe", _faces, "--persons", "--json"));
        var matches = found.RootElement.GetProperty("probes")[7].GetProperty("matches");
        matches.EnumerateArray().Select(match => match.GetProperty("person").GetString()).ShouldBe(["photo", "other"]);
        matches[0].GetProperty("name").GetString().ShouldBe("photo/7.jpg");
        (await Run("index", "remove", _index, "--person", "photo")).ShouldContain("30 faces (60 removed)");
        (await Run("index", "compact", _index)).ShouldContain("30 faces (0 removed)");
        File.ReadAllText(_index).ShouldNotContain("photo/7.jpg");
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_one_line_and_auto_says_what_it_took()
    {
        await Run("index", "build", _index, _faces);
        string[] search = ["search", "--index", _index, "--probe", _faces, "--device"];
        (await PfeCommand.Run([.. search, "gpu"])).ShouldFailInOneLine(2, "there is no device 'gpu'");
        (await PfeCommand.Run([.. search, "cpu,cuda"])).ShouldFailInOneLine(2, "no choice of devices");
        (await PfeCommand.Run([.. search, "cuda", "--mode", "Shortlist"])).ShouldFailInOneLine(2, "the search is exact");
        (await PfeCommand.Run([.. search, "cuda:250"])).ShouldFailInOneLine(1, "device 'cuda:250' cannot be used");
        var auto = await PfeCommand.Run([.. search, "auto"]);
        (auto.Code, auto.Output).ShouldBe((0, await Run([.. search, "cpu"])));
        auto.Error.ShouldContain($"device auto: '{_index}' is searched on c");
    }

    [Fact]
    public async Task The_same_faces_are_refused_or_replaced_by_choice()
    {
        await Run("index", "build", _index, _faces);
        var before = File.ReadAllBytes(_index);
        (await PfeCommand.Run("index", "add", _index, _faces)).ShouldFailInOneLine(1, "'photo/0.jpg' is in the index already");
        File.ReadAllBytes(_index).ShouldBe(before);
        (await Run("index", "add", _index, _faces, "--replace")).ShouldContain("60 faces (60 removed)");
    }

    [Fact]
    public async Task Probes_of_another_model_a_damaged_block_and_a_shortlist_that_is_not_there_are_refused_in_one_line()
    {
        await Run("index", "build", _index, _faces);
        (await PfeCommand.Run("search", "--index", _index, "--probe", _faces, "--mode", "Shortlist")).ShouldFailInOneLine(1,
            "no shortlist");
        var bytes = File.ReadAllBytes(_index);
        bytes[5000] ^= 4;
        File.WriteAllBytes(_index, bytes);
        (await PfeCommand.Run("search", "--index", _index, "--probe", _faces)).ShouldFailInOneLine(1, _index,
            "do not match their checksum");
        await Run("search", "--index", _index, "--probe", _faces, "--no-verify");
        File.WriteAllBytes(_index, bytes[..6000]);
        (await PfeCommand.Run("search", "--index", _index, "--probe", _faces)).ShouldFailInOneLine(1, _index, "is damaged");
    }

    [Fact]
    public async Task A_threshold_that_nothing_reaches_says_no_match()
    {
        await Run("index", "build", _index, _faces, "--bits", "16");
        (await Run("search", "--index", _index, "--probe", _faces, "--threshold", "1e9")).ShouldContain("no match");
    }

    [Theory]
    [InlineData(2, "--k", "search", "--index", "x", "--probe", "y", "--k", "0")]
    [InlineData(2, "--bits", "index", "build", "x", "y", "--bits", "8")]
    [InlineData(2, "--faces", "bench", "--faces", "5")]
    [InlineData(1, "nowhere.pfi", "search", "--index", "nowhere.pfi", "--probe", "y")]
    [InlineData(1, "nowhere.safetensors", "index", "build", "x.pfi", "nowhere.safetensors")]
    public async Task A_wrong_request_ends_in_one_line_and_the_right_exit_code(int exitCode, string named, params string[] args)
    {
        using StringWriter output = new(), error = new();
        (await PfeApplication.RunAsync(args, output, error, TestContext.Current.CancellationToken)).ShouldBe(exitCode);
        error.ToString().ShouldContain(named);
        output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_embedding_file_in_place_of_an_index_is_refused_by_name()
    {
        using StringWriter output = new(), error = new();
        (await PfeApplication.RunAsync(
            ["search", "--index", _faces, "--probe", _faces], output, error, TestContext.Current.CancellationToken)).ShouldBe(1);
        error.ToString().ShouldContain("is not an index of faces");
    }

    [Fact]
    public async Task Bench_measures_recall_on_given_faces_and_prints_json_alone()
    {
        using var result = JsonDocument.Parse(
            await Run("bench", "--embeddings", _faces, "--rounds", "1", "--temp", _folder.Path, "--json"));
        var rows = result.RootElement.GetProperty("search");
        rows[1].GetProperty("name").GetString().ShouldBe("float32, exact, mapped");
        rows[1].GetProperty("recall").GetDouble().ShouldBe(1);
        rows.EnumerateArray().ShouldContain(row => row.GetProperty("name").GetString() == "16-bit, exact, in memory");
        Directory.GetDirectories(_folder.Path).ShouldBeEmpty();
    }

    private static async Task<string> Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        (await PfeApplication.RunAsync(args, output, error, TestContext.Current.CancellationToken)).ShouldBe(0, error.ToString());
        return output.ToString();
    }

    private static EmbeddingSet Faces(int count, string folder)
    {
        var random = new Random(count);
        var mu = new float[count * 32];
        foreach (ref var value in mu.AsSpan()) value = random.NextSingle() - 0.5f;
        for (var row = 0; row < count; row++)
        {
            var values = mu.AsSpan(row * 32, 32);
            var length = MathF.Sqrt(values.ToArray().Sum(value => value * value));
            foreach (ref var value in values) value /= length;
        }
        return new EmbeddingSet(32, mu, [.. Enumerable.Range(0, count * 32).Select(_ => -6f + random.NextSingle())],
            [.. Enumerable.Range(0, count).Select(i => $"{folder}/{i}.jpg")]);
    }
}
