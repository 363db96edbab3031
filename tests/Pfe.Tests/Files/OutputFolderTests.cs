using Pfe.Storage;

namespace Pfe.Tests.Files;

public sealed class OutputFolderTests
{
    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("../../escaped")]
    [InlineData("/abs")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public void A_name_that_is_a_path_is_refused_wherever_it_stands(string name)
    {
        var folder = new OutputFolder("out");
        Should.Throw<PfeException>(() => folder.Inside(name)).Message.ShouldContain("in 'out'");
        Should.Throw<PfeException>(() => folder.Inside("ok", name));
        Should.Throw<PfeException>(() => folder.Inside(name, "ok"));
    }

    [Fact]
    public void A_name_longer_than_a_file_system_takes_is_refused_by_its_bytes()
    {
        OutputFolder.Problem(new string('x', 255)).ShouldBeNull();
        OutputFolder.Problem(new string('ü', 128)).ShouldNotBeNull();
    }

    [Fact]
    public void Any_other_name_lies_inside() =>
        new OutputFolder("out").Inside("..hidden", "Jos\u00e9 ...", "~").ShouldBe(Path.Combine("out", "..hidden", "Jos\u00e9 ...", "~"));
}
