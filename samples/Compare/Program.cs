// Are two photographs of one person?   dotnet run --project samples/Compare -- a.jpg b.jpg
using Pfe;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

if (args is not [var first, var second])
{
    Console.Error.WriteLine("give two photographs");
    return 2;
}
using var verifier = await FaceVerifier.OpenAsync(new ModelStore());
try
{
    // A path, a stream, bytes or pixels: whatever is at hand.
    await using var upload = File.OpenRead(second);
    var result = await verifier.CompareAsync(first, upload);
    Console.WriteLine(result.Verdict is { } verdict
        ? $"{verdict.Answer}, P(same) = {verdict.Probability:P1}: {verdict.Reason}"
        : $"MLS {result.MutualLikelihood:F1}: this model has no calibration, so the score has no meaning of its own");
    return 0;
}
catch (PfeException e)
{
    // One line: what is wrong, where, what would be right. NoFaceException, MultipleFacesException and others say more.
    Console.Error.WriteLine(e.Message);
    return 1;
}
