using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Calibration;
using Pfe.Gallery;
using Pfe.Server.Api;
using Pfe.Server.Faces;
using Pfe.Server.Galleries;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>What the answers rest on: the model, its calibration, its thresholds with what is known of them.</summary>
internal static class ModelPage
{
    private static readonly (int Quality, string Style)[] Lines = [(90, "good"), (50, "middling"), (10, "poor")];
    private static readonly double[] Grid = [0, 0.5, 1];

    public static void Map(RouteGroupBuilder pages) =>
        pages.MapGet("/model", async (HttpContext context, GalleryCatalog catalog, FaceEngine engine) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            return frame.Page("Model", Html.Of($"""
                <p class="lead">What the answers rest on.</p>
                {Html.Each(engine.Models, model => Card(model, engine))}
                {Html.When(frame.Gallery is not null, () => Policy(frame.Gallery!, engine))}
                """));
        }).Needs(KeyScopes.Read);

    private static Html Card(FaceModel model, FaceEngine engine)
    {
        var wire = AdminEndpoints.Of(model, engine);
        var calibration = model.Calibration;
        return Html.Of($"""
            <section class="card"><h2>{wire.Name}</h2>
              <dl><dt>Dimension</dt><dd>{wire.Dimension}</dd><dt>Checksum</dt><dd><code class="break">{wire.Id}</code></dd>
                <dt>New galleries</dt><dd>{(wire.IsDefault ? "are of this model" : "are of another model")}</dd>
                <dt>Calibrated on</dt><dd>{wire.CalibrationSource}: {wire.GenuinePairs:#,0} pairs of one person,
                    {wire.ImpostorPairs:#,0} of two people</dd></dl>
              <h3>What a score means</h3>
              {Chart(calibration)}
              <p class="small">P(same person) against the mutual likelihood score, for pairs of two certain faces (quality 90),
                  two middling (50) and two poor ones (10).
                The same score says less where the faces are poor. Galleries decide by this{(model.Embedder.HasTrust
                    ? "; comparisons, and the quality they show, by the model's trust head, which knows more damages" : "")}.</p>
              <h3>Thresholds</h3>
              <div class="scroll" tabindex="0" role="region" aria-label="Thresholds"><table><thead><tr><th scope="col">False-match
                  rate</th><th scope="col">Evidence from</th><th scope="col">95 % interval of the rate</th></tr></thead>
                <tbody>{Html.Each(wire.Thresholds, point => Html.Of($"""
                  <tr><td>{Words.OneIn(point.FalseMatchRate)}</td><td>{point.Threshold:0.00}</td><td>{Words.OneIn(point.RateHigh)} to
                      {Words.OneIn(point.RateLow)}</td></tr>
                  """))}</tbody></table></div>
              <p class="small">Evidence is the natural logarithm of how many times likelier the score is for one person than for two. The
                  intervals take the
                pairs as independent; pairs that share a face are not quite. "Different" is answered below
                    {calibration.DifferentBelow:0.00}. Rates hold for photographs like
                the calibration's, and for people like those in it; a wrong answer stays possible.</p>
            </section>
            """);
    }

    private static Html Chart(ScoreCalibration calibration)
    {
        const int Width = 560, Height = 220, Left = 62, Bottom = 34;
        var uncertainties = Lines.Select(line => (Uncertainty: calibration.Quality.Uncertainties[100 - line.Quality], line.Style)).ToList();
        // From where even the best pair is surely two people to where even the poorest is surely one.
        var (from, to) = (Solve(calibration, uncertainties, -6, Math.Min), Solve(calibration, uncertainties, 6, Math.Max));
        double X(double score) => Left + (score - from) / (to - from) * (Width - Left - 10);
        double Y(double probability) => 10 + (1 - probability) * (Height - Bottom - 10);
        string Points(double uncertainty) => string.Join(' ', Enumerable.Range(0, 101).Select(i =>
        {
            var score = from + (to - from) * i / 100;
            return string.Create(CultureInfo.InvariantCulture,
                $"{X(score):0.0},{Y(calibration.Probability(score, uncertainty, uncertainty)):0.0}");
        }));
        return Html.Of($"""
            <svg class="chart" viewBox="0 0 {Width} {Height}" role="img"
                aria-label="P(same person) rises with the score; steeper where the faces are good">
              {Html.Each(Grid, value => Html.Of($"""
                <line class="grid" x1="{Left}" x2="{Width - 10}" y1="{Y(value):0.0}" y2="{Y(value):0.0}"/><text x="{Left - 8}"
                    y="{Y(value) + 4:0.0}" text-anchor="end">{100 * value:0} %</text>
                """))}
              {Html.Each(Enumerable.Range(0, 5), i => Html.Of($"""
                <text x="{X(from + (to - from) * i / 4):0.0}" y="{Height - 14}" text-anchor="{(i == 4 ? "end" : "middle")}">{from + (to -
                    from) * i / 4:0}</text>
                """))}
              {Html.Each(uncertainties, line => Html.Of($"""<polyline class="line {line.Style}" points="{Points(line.Uncertainty)}"/>"""))}
              {Html.Each(uncertainties.Select((line, i) => (line.Style, Place: i)), line => Html.Of($"""
                <line class="line {line.Style}" x1="{Left + 14}" x2="{Left + 34}" y1="{26 + 22 * line.Place}"
                    y2="{26 + 22 * line.Place}"/><text x="{Left + 40}" y="{30 + 22 * line.Place}">{line.Style}</text>
                """))}
            </svg>
            """);
    }

    /// <summary>The score at which the evidence of one of the lines reaches a value.</summary>
    private static double Solve(ScoreCalibration calibration, IEnumerable<(double Uncertainty, string Style)> lines, double evidence,
        Func<double, double, double> outermost) => lines.Select(line =>
    {
        var bound = evidence;
        // Lapses bound the evidence: what is never reached is looked for as far as it goes.
        var (low, high) = (-20_000.0, 20_000.0);
        bound = Math.Clamp(bound, calibration.LogLikelihoodRatio(low, line.Uncertainty, line.Uncertainty) + 0.2,
            calibration.LogLikelihoodRatio(high, line.Uncertainty, line.Uncertainty) - 0.2);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (calibration.LogLikelihoodRatio(middle, line.Uncertainty, line.Uncertainty) < bound) low = middle;
            else high = middle;
        }
        return low;
    }).Aggregate(outermost);

    private static Html Policy(GalleryInfo gallery, FaceEngine engine)
    {
        var policy = gallery.Policy;
        var model = engine.Find(gallery.ModelId);
        return Html.Of($"""
            <section class="card"><h2>Gallery {gallery.Name}</h2>
              <dl><dt>Model</dt><dd>{gallery.ModelName}, generation {gallery.Generation}{(model is null ? " (not loaded)" : "")}</dd>
                <dt>"This is that person"</dt><dd>false-match rate of one comparison {Words.OneIn(policy.FalseMatchRate ??
                    model?.Calibration.DefaultFalseMatchRate ?? 1e-3)}, and a probability of at least {100 * policy.CertainFrom:0} %</dd>
                <dt>Strangers</dt><dd>{100 * policy.StrangerShare:0} % of those who are looked for are taken to be nobody enrolled,
                    before looking</dd>
                <dt>Enrolment</dt><dd>quality of at least {policy.MinimumQuality:0}, faces at least {policy.MinimumFaceWidth:0} pixels
                    wide, up to {policy.MaximumAnchors} templates a person</dd>
                <dt>Photographs</dt><dd>{(policy.KeepPhotos ? "are kept" : "are not kept")}</dd></dl>
              <p class="small">Changed by <code>PATCH /v1/galleries/{gallery.Id}</code>; moved to another model by <code>POST
                  /v1/galleries/{gallery.Id}/reembed</code>.</p>
            </section>
            """);
    }
}
