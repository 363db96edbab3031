using System.Text.Json;
using Pfe.Train;

namespace Pfe.Cli.Tests;

/// <summary>What a user sees of one command line.</summary>
internal sealed record PfeCommand(int Code, string Output, string Error)
{
    /// <summary>Standard output read as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs a command line as a user would type it.</summary>
    public static async Task<PfeCommand> Run(params string[] args)
    {
        using var error = new StringWriter();
        return await Run(args, error, TestContext.Current.CancellationToken);
    }

    /// <summary>The same, with a user who reads along on standard error and may press Ctrl-C.</summary>
    public static async Task<PfeCommand> Run(string[] args, StringWriter error, CancellationToken interrupt)
    {
        using var output = new StringWriter();
        var code = await TrainingApplication.RunAsync(args, output, error, interrupt);
        return new PfeCommand(code, output.ToString(), error.ToString());
    }

    /// <summary>Exactly one line besides progress, an error, that says all of <paramref name="says"/>, and nothing on standard
    /// output.</summary>
    public void ShouldFailInOneLine(int code, params string[] says)
    {
        Code.ShouldBe(code, Error);
        var line = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(said => !IsProgress(said)).ShouldHaveSingleItem();
        line.ShouldStartWith("error: ");
        foreach (var part in says) line.ShouldContain(part);
        Output.ShouldBeEmpty();
    }

    // A slow machine reports progress where a fast one is done before, and one without networks fetches them first.
    private static bool IsProgress(string line) =>
        line.Split(' ') is ["searched" or "aligned" or "embedded", _, "of", ..] or ["fetching", ..];
}
