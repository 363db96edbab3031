// One endpoint that compares two uploaded photographs.
// dotnet run --project samples/WebApi, then: curl -F first=@a.jpg -F second=@b.jpg http://localhost:5000/compare
using Pfe.Extensions.DependencyInjection;
using Pfe.Vision.Imaging;
using Pfe.Vision.Verification;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddPfe(options => options.Threads = 1);
builder.Services.AddHealthChecks().AddPfe();
var app = builder.Build();
app.MapHealthChecks("/health");
app.MapPost("/compare", async (IFormFile first, IFormFile second, FaceVerifier verifier, CancellationToken cancellation) =>
{
    await using var a = first.OpenReadStream();
    await using var b = second.OpenReadStream();
    try
    {
        var result = await verifier.CompareAsync(a, b, cancellationToken: cancellation);
        return Results.Ok(new { result.Verdict?.Answer, result.Verdict?.Probability, result.Verdict?.Reason });
    }
    catch (ImageException e)
    {
        return Results.Problem(e.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
    }
}).DisableAntiforgery();
app.Run();
