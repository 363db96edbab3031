using System.Globalization;
using Pfe.Calibration;
using Pfe.Client;

namespace Pfe.Server.Pages;

/// <summary>Numbers as a layman reads them; the same words as the command line's.</summary>
internal static class Words
{
    // A probability of 100.0 % would be a claim that no calibration on some thousand pairs supports.
    public static string Percent(double probability) => probability switch
    {
        > 0.999 => "more than 99.9 %",
        < 0.001 => "less than 0.1 %",
        _ => string.Create(CultureInfo.InvariantCulture, $"{100 * probability:0.0} %"),
    };

    public static string Certainty(double quality) => quality switch
    {
        >= 75 => "very certain",
        >= 40 => "certain",
        >= 15 => "less certain than most",
        >= QualityScale.Poor => "uncertain",
        _ => "too uncertain to rely on",
    };

    public static string OneIn(double rate) => 1 / rate < 99.5
        ? string.Create(CultureInfo.InvariantCulture, $"1 in {1 / rate:0.#}")
        : string.Create(CultureInfo.InvariantCulture, $"1 in {Math.Round(1 / rate):#,0}");

    /// <summary>A reason of the library as a sentence.</summary>
    public static string Sentence(string reason) =>
        reason.Length == 0 ? "" : $"{char.ToUpperInvariant(reason[0])}{reason[1..]}{(reason[^1] is '.' or '?' ? "" : ".")}";

    public static (string Text, string Class) Of(Client.Answer answer) => answer switch
    {
        Client.Answer.Same => ("The same person", "yes"),
        Client.Answer.Different => ("Two different people", "no"),
        _ => ("Cannot tell", "perhaps"),
    };

    public static (string Text, string Class) Of(IdentityAnswer answer) => answer switch
    {
        IdentityAnswer.Person => ("Known", "yes"),
        IdentityAnswer.Unknown => ("Nobody who is enrolled", "no"),
        _ => ("Cannot tell", "perhaps"),
    };

    public static string Count(int number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:#,0} {(number == 1 ? one : many)}");

    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    public static string NameOf(Gallery.Person person) => person.Name ?? person.ExternalId ?? "without a name";
}
