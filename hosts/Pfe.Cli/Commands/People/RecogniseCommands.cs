using System.CommandLine;
using Pfe.Calibration;
using Pfe.Gallery;
using Pfe.Storage;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Commands.People;

/// <summary>Who is this, and is this that person?</summary>
internal static class RecogniseCommands
{
    private static readonly Argument<string> Photo = new("photo") { Description = "A photograph." };
    private static readonly Argument<string> Person = new("person")
    {
        Description = "The person: the folder's name, or an id of 'pfe gallery list'."
    };
    private static readonly Option<int> K = new("--k") { Description = "How many persons to list.", DefaultValueFactory = _ => 5 };
    private static readonly Option<bool> Review = new("--review") { Description = "Put what cannot be told into the review queue." };

    public static Command Identify(Terminal terminal) =>
        new Command("identify", "Who is on this photograph? Example: pfe gallery identify visitor.jpg") { Photo, K, Review }
            .OnGallery(terminal, async (session, gallery, parsed, cancellation) =>
            {
                var photo = parsed.GetRequiredValue(Photo);
                var faces = session.Reader.ReadAll(Bytes(photo), photo);
                if (faces.Count == 0) throw new ImageException(photo, "no face found");
                var options = new IdentifyOptions { K = parsed.GetValue(K), OpenReview = parsed.GetValue(Review) };
                var answers = await gallery.IdentifyAsync([.. faces.Select(face => face.Embedding)], options, cancellation: cancellation);
                var result = new GalleryIdentifyResult(photo, [.. faces.Zip(answers, Face)]);
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryIdentifyResult);
                else foreach (var face in result.Faces) Print(terminal, face);
                return ExitCode.Done;
            });

    public static Command Verify(Terminal terminal) =>
        new Command("verify", "Is this photograph of that person? Example: pfe gallery verify Ann photo.jpg") { Person, Photo }
            .OnGallery(terminal, async (session, gallery, parsed, cancellation) =>
            {
                var photo = parsed.GetRequiredValue(Photo);
                var person = await GallerySession.PersonAsync(gallery, parsed.GetRequiredValue(Person), cancellation);
                var faces = session.Reader.ReadAll(Bytes(photo), photo);
                if (faces.Count != 1) throw new ImageException(photo, faces.Count == 0 ? "no face found"
                    : $"{faces.Count} faces found; crop the photograph to one");
                var answer = await gallery.VerifyAsync(person.Id, faces[0].Embedding, cancellation);
                var result = new GalleryVerifyResult(person.Id, answer.Verdict, answer.Score, answer.Probe.Quality);
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryVerifyResult);
                else
                {
                    var words = answer.Verdict.Answer switch
                    {
                        Answer.Same => "the same person",
                        Answer.Different =>
                        "another person",
                        _ => "cannot tell"
                    };
                    terminal.Output.WriteLine($"{words}, P(same) {Percent(answer.Verdict.Probability)}: {answer.Verdict.Reason}");
                }
                return ExitCode.Done;
            });

    private static byte[] Bytes(string photo)
    {
        try { return InputFile.Bytes(photo, ImageInput.MaxEncodedBytes); }
        catch (PfeException e) { throw new ImageException(photo, e.InnerException?.Message ?? e.Message, e); }
    }

    private static IdentifiedFace Face(PhotoFace face, Identification answer) => new(
        [face.Detection.Box.Left, face.Detection.Box.Top, face.Detection.Box.Right, face.Detection.Box.Bottom], answer.Answer,
            answer.Reason,
        answer.Probability, answer.PersonId, answer.Probe.Quality,
        [.. answer.Candidates.Select(one => new GalleryCandidate(one.PersonId, one.ExternalId, one.Name, one.Probability, one.Score,
            one.Evidence))],
        answer.GalleryVersion);

    private static void Print(Terminal terminal, IdentifiedFace face)
    {
        var best = face.Candidates.Count > 0 ? face.Candidates[0] : null;
        var answer = face.Answer switch
        {
            IdentityAnswer.Person => GalleryCommand.Title(best!.Name, best.ExternalId, best.PersonId),
            IdentityAnswer.Unknown => "nobody known",
            _ => "cannot tell",
        };
        terminal.Output.WriteLine($"face at {face.Box[0]:0},{face.Box[1]:0}: {answer} ({Percent(face.Probability)}): {face.Reason}");
        foreach (var one in face.Candidates)
            terminal.Output.WriteLine(
                $"  {Percent(one.Probability),8}  {GalleryCommand.Title(one.Name, one.ExternalId, one.PersonId)}  (score {one.Score:0.0})");
    }

    // No calibration on some thousand pairs supports more nines.
    private static string Percent(double probability) => probability switch
    {
        > 0.999 => "> 99.9 %",
        < 0.001 => "< 0.1 %",
        _ => $"{probability:0.0 %}",
    };
}
