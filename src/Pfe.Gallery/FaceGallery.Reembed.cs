using Pfe.Gallery.Decisions;
using Pfe.Gallery.Storage;
using Pfe.Vision;

namespace Pfe.Gallery;

/// <summary>An image that needs a template of another model.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="Reference">The caller's own reference, to find the photograph again.</param>
/// <param name="Photo">The stored photograph; null where none is stored.</param>
internal sealed record ImageToEmbed(Guid ImageId, string? Reference, byte[]? Photo);

/// <summary>How well each of two models finds the gallery's own people again.</summary>
/// <param name="Probes">Images that were looked for among all other images; each of a person with two at least.</param>
/// <param name="OldFound">Of these, how many had an image of the same person nearest, by the old model.</param>
/// <param name="NewFound">The same by the new model.</param>
internal sealed record ModelComparison(int Probes, int OldFound, int NewFound);

/// <summary>How a re-embedding ended.</summary>
/// <param name="Embedded">Images that got a template of the new model now.</param>
/// <param name="Missing">Images without one: their photographs are gone or show no face to the new model.</param>
/// <param name="Comparison">Both models on the gallery's own images; null while images are missing.</param>
/// <param name="Switched">Whether the gallery is the new model's now.</param>
/// <param name="Reason">Why it was not switched; null where it was.</param>
/// <param name="Generation">The gallery's generation now.</param>
internal sealed record ReembedResult(int Embedded, int Missing, ModelComparison? Comparison, bool Switched, string? Reason, int Generation);

public sealed partial class FaceGallery
{
    private const int ImagesAtOnce = 16;
    private const int MostCompared = 1000;

    /// <summary>
    /// Moves the gallery to another model: every image gets a template of it beside the old one, both models look for the gallery's own
    /// people, and only where the new one finds as many does the gallery switch, in one step. Until then everything works with the old
    /// model. Cut off, it goes on from where it was. The old templates stay for <see cref="SwitchBackAsync"/>.
    /// </summary>
    /// <param name="model">The new model.</param>
    /// <param name="embed">Embeds one image with the new model; null where that cannot be done.</param>
    /// <param name="leaveMissing">Whether to switch even where images got no template; they are then not searched, but stay.</param>
    /// <param name="progress">Images done so far.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops the work between two images.</param>
    /// <returns>How it ended; after a switch this object refuses work: open the gallery with the new model.</returns>
    /// <exception cref="GalleryException">The model is the gallery's own.</exception>
    internal async Task<ReembedResult> ReembedAsync(
        GalleryModel model, Func<ImageToEmbed, CancellationToken, Task<FaceEmbedding?>> embed, bool leaveMissing = false,
            IProgress<int>? progress = null, WriteContext? context = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(embed);
        if (model.Id == _model.Id) throw new GalleryException(GalleryError.Invalid, "the gallery is of that model already");
        var (from, to) = await PrepareAsync(model, cancellation).ConfigureAwait(false);
        var (embedded, missing) = await EmbedAsync(model, to, embed, progress, cancellation).ConfigureAwait(false);
        if (missing > 0 && !leaveMissing)
            return new(embedded, missing, null, false,
                $"{missing} images have no template of the new model; give their photographs, remove them, or switch without them", from);
        var comparison = await CompareAsync(model, from, to, cancellation).ConfigureAwait(false);
        if (comparison.NewFound < comparison.OldFound)
            return new(embedded, missing, comparison, false,
                $"the new model finds {comparison.NewFound} of {comparison.Probes} images again, the old one {comparison.OldFound}", from);
        await SwitchAsync(from, to, "gallery.switch", context, cancellation).ConfigureAwait(false);
        return new(embedded, missing, comparison, true, null, to);
    }

    /// <summary>Returns to a model the gallery had before, whose templates are still there.</summary>
    /// <param name="model">That model.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">The gallery has no templates of it, or not of all images: those enrolled since must be
    /// re-embedded first.</exception>
    internal async Task SwitchBackAsync(GalleryModel model, WriteContext? context = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (from, to, missing) = await Store.ReadAsync(async session =>
        {
            var info = await session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
            var models = await session.ListModelsAsync(Id, cancellation).ConfigureAwait(false);
            var (generation, _) = models.LastOrDefault(had => had.Model.Id == model.Id);
            return (info.Generation, generation, generation == 0 ? 0
                : await session.CountMissingTemplatesAsync(Id, generation, cancellation).ConfigureAwait(false));
        }, cancellation).ConfigureAwait(false);
        if (to == 0 || to == from) throw new GalleryException(GalleryError.Invalid,
            $"the gallery holds no other templates of the model '{model.Name}'");
        if (missing > 0) throw new GalleryException(GalleryError.Invalid,
            $"{missing} images have no template of '{model.Name}'; re-embed the gallery instead");
        await SwitchAsync(from, to, "gallery.switch-back", context, cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes the templates of every model but the gallery's present one.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <returns>How many templates were removed.</returns>
    internal async Task<int> DropOtherModelsAsync(WriteContext? context = null, CancellationToken cancellation = default)
    {
        var dropped = await _catalog.Writer.RunAsync(Id, "gallery.drop-models", context, null, async scope =>
        {
            var info = await scope.Session.NextVersionAsync(Id, cancellation).ConfigureAwait(false);
            var count = await scope.Session.ExecuteAsync(
                $"DELETE FROM template WHERE gallery_id = {Id} AND generation <> {info.Generation}", cancellation).ConfigureAwait(false);
            await scope.Session.ExecuteAsync($"DELETE FROM gallery_model WHERE gallery_id = {Id} AND generation <> {info.Generation}",
                cancellation).ConfigureAwait(false);
            scope.Outcome = $"{count} templates";
            return count;
        }, cancellation).ConfigureAwait(false);
        SomethingWasRemoved();
        return dropped;
    }

    private Task<(int From, int To)> PrepareAsync(GalleryModel model, CancellationToken cancellation) => Store.WriteAsync(async session =>
    {
        var info = await session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
        GalleryCatalog.RefuseModel(info, _model);
        var models = await session.ListModelsAsync(Id, cancellation).ConfigureAwait(false);
        var (generation, _) = models.LastOrDefault(had => had.Model.Id == model.Id);
        if (generation == 0) generation = models.Max(had => had.Generation) + 1;
        await session.AddModelAsync(Id, generation, new BoundModel(model.Id, model.Name, model.Dimension), cancellation)
            .ConfigureAwait(false);
        return (info.Generation, generation);
    }, cancellation);

    private async Task<(int Embedded, int Missing)> EmbedAsync(
        GalleryModel model, int generation, Func<ImageToEmbed, CancellationToken, Task<FaceEmbedding?>> embed, IProgress<int>? progress,
            CancellationToken cancellation)
    {
        var (embedded, missing, after) = (0, 0, Guid.Empty);
        while (true)
        {
            var images = await Store.ReadAsync(session =>
                session.ListImagesToEmbedAsync(Id, generation, after, ImagesAtOnce, cancellation), cancellation).ConfigureAwait(false);
            if (images.Count == 0) return (embedded, missing);
            var templates = new List<Template>();
            foreach (var (image, person) in images)
            {
                cancellation.ThrowIfCancellationRequested();
                after = image.ImageId;
                if (await embed(image, cancellation).ConfigureAwait(false) is not { } face)
                {
                    missing++;
                    continue;
                }
                if (face.Mu.Length != model.Dimension) throw new GalleryException(GalleryError.ModelMismatch,
                    $"the embedding has {face.Mu.Length} dimensions, the new model {model.Dimension}");
                var point = FacePoint.Of(face);
                templates.Add(new(image.ImageId, person, generation, model.Calibration.Quality.Of(point.Uncertainty), point.Uncertainty,
                    point.Mu, point.LogVariance));
            }
            embedded += await Store.WriteAsync(async session =>
            {
                // Removed or moved while it was embedded: the row as it is now decides.
                var now = new List<Template>();
                foreach (var template in templates)
                    if (await session.FindOwnerAsync(Id, template.ImageId, cancellation).ConfigureAwait(false) is { } owner) now.Add(
                        template with { PersonId = owner });
                await Store.AddTemplatesAsync(session, Id, now, cancellation).ConfigureAwait(false);
                return now.Count;
            }, cancellation).ConfigureAwait(false);
            progress?.Report(embedded + missing);
        }
    }

    private Task<GalleryInfo> SwitchAsync(int from, int to, string action, WriteContext? context, CancellationToken cancellation) =>
        _catalog.Writer.RunAsync(Id, action, context, GalleryJson.Default.GalleryInfo, async scope =>
        {
            var info = await scope.Session.NextVersionAsync(Id, cancellation).ConfigureAwait(false);
            if (info.Generation != from) throw new GalleryException(GalleryError.VersionConflict,
                "the gallery changed to another model meanwhile");
            var models = await scope.Session.ListModelsAsync(Id, cancellation).ConfigureAwait(false);
            var (_, bound) = models.Find(had => had.Generation == to);
            info = info with
            {
                Generation = to,
                ModelId = bound.Id,
                ModelName = bound.Name,
                Dimension = bound.Dimension,
                Updated = scope.Now,
            };
            await scope.Session.SaveGalleryAsync(info, cancellation).ConfigureAwait(false);
            // No change row says so much: whoever follows must read all anew.
            await scope.Session.PruneChangesAsync(Id, info.Version, cancellation).ConfigureAwait(false);
            await Store.AnnounceAsync(scope.Session, Id, cancellation).ConfigureAwait(false);
            (scope.Subject, scope.Outcome) = (Id, $"from generation {from} to {to}");
            return info;
        }, cancellation);

    /// <summary>
    /// The golden set is the gallery itself: images whose person has another one, looked for among all others of the sample.
    /// </summary>
    private async Task<ModelComparison> CompareAsync(GalleryModel model, int from, int to, CancellationToken cancellation)
    {
        var (old, renewed) = (new List<Template>(), new List<Template>());
        await Store.ReadAsync(async session =>
        {
            var persons = await session.ListPersonsWithSeveralImagesAsync(Id, MostCompared / 2, cancellation).ConfigureAwait(false);
            foreach (var person in persons)
            {
                var before = await session.ListTemplatesAsync(Id, from, person, cancellation).ConfigureAwait(false);
                var after = await session.ListTemplatesAsync(Id, to, person, cancellation).ConfigureAwait(false);
                var afterOf = after.ToDictionary(template => template.ImageId);
                var both = before.Where(template => afterOf.ContainsKey(template.ImageId)).Take(2).ToList();
                if (both.Count < 2) continue;
                old.AddRange(both);
                renewed.AddRange(both.Select(template => afterOf[template.ImageId]));
            }
            return true;
        }, cancellation).ConfigureAwait(false);
        return new(old.Count, Found(old, _model.Dimension, cancellation), Found(renewed, model.Dimension, cancellation));
    }

    private int Found(List<Template> templates, int dimension, CancellationToken cancellation)
    {
        if (templates.Count == 0) return 0;
        using var set = new EmbeddingSet(
            dimension, [.. templates.SelectMany(template => template.Mu)], [.. templates.SelectMany(template => template.LogVariance)],
                [.. templates.Select(template => template.ImageId.ToString())]);
        using var gallery = Scoring.ScoreGallery.Create(set, threads: _catalog.Options.Threads, cancellation: cancellation);
        var best = gallery.Top(set, 0, set.Count, 2, threads: _catalog.Options.Threads, cancellation: cancellation);
        // The nearest that is not the image itself.
        return Enumerable.Range(0, set.Count)
            .Count(i => templates[best[i].First(match => match.Index != i).Index].PersonId == templates[i].PersonId);
    }
}
