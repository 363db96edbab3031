using Pfe.Server.Pipeline;
using Pfe.Server.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Server.Tests;

public sealed class DocumentTests(SharedService shared) : IClassFixture<SharedService>
{
    private static readonly string Approved = Path.Combine(TestData.RepoRoot, "docs", "openapi.json");

    [Fact]
    public async Task The_document_of_the_operations_is_the_approved_one()
    {
        using var stranger = shared.Service.Connect(null);
        var served = (await stranger.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("PFE_APPROVE") is { Length: > 0 }) await File.WriteAllTextAsync(Approved, served);
        served.ShouldBe(await File.ReadAllTextAsync(Approved), "an operation changed: look at it, then approve with PFE_APPROVE=1");
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_and_pages_are_none()
    {
        using var response = await shared.Service.Http.GetAsync("/openapi/v1.json");
        var paths = (await response.JsonAsync()).GetProperty("paths");
        (await response.JsonAsync()).GetProperty("openapi").GetString()!.ShouldStartWith("3.1");
        var operations = 0;
        foreach (var path in paths.EnumerateObject())
        {
            path.Name.ShouldStartWith("/v1/");
            foreach (var operation in path.Value.EnumerateObject())
            {
                operations++;
                operation.Value.GetProperty("summary").GetString().ShouldNotBeNullOrWhiteSpace();
                operation.Value.GetProperty("description").GetString().ShouldNotBeNullOrWhiteSpace();
            }
        }
        operations.ShouldBeGreaterThanOrEqualTo(27);
    }

    [Fact]
    public async Task Metrics_are_text_that_Prometheus_reads()
    {
        using (await shared.Service.Http.GetAsync("/v1/models")) { }
        var text = await shared.Service.Http.GetStringAsync("/metrics");
        text.ShouldContain("# TYPE pfe_request_duration_seconds histogram");
        text.ShouldContain("pfe_request_duration_seconds_bucket{http_request_method=\"GET\"");
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            (line.StartsWith("# ", StringComparison.Ordinal) || System.Text.RegularExpressions.Regex.IsMatch(line,
                """^[a-z_0-9]+(\{([a-z_]+="[^"]*",?)*\})? [-+0-9.eEInfNa]+$""",
                System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
                .ShouldBeTrue(line);
    }
}
