using System.Net;
using System.Text;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Figures;

namespace Pfe.Reporting.Report;

/// <summary>The report as one page that needs nothing else: no script, no network, light and dark by the reader's setting,
/// printable.</summary>
internal static class HtmlPage
{
    // Panels beside each other shrink to three quarters before one moves to a new row; small text is 9 pixels high then.
    private const int Narrowest = Panel.Usual * 3 / 4, Gap = 16;

    public static string Of(FaceReport report)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append($"<title>{Safe(report.Title)}</title>\n<style>\n{Style()}</style>\n</head>\n")
            .Append($"<body>\n<main>\n<h1>{Safe(report.Title)}</h1>\n");
        foreach (var warning in report.Warnings) html.Append($"<p class=\"warning\" role=\"alert\"><b>Warning:</b> {Safe(warning)}</p>\n");
        Table(html, "The model", report.Model);
        Table(html, report.Model.Count > 0 ? "On these faces" : null, report.Summary);
        html.Append("<nav>\n");
        foreach (var figure in report.Figures) html.Append($"<a href=\"#{figure.Id}\">{Safe(figure.Title)}</a>\n");
        html.Append("</nav>\n");
        foreach (var figure in report.Figures)
        {
            var note = figure.Note is null ? "" : $"<p class=\"note\">{Safe(figure.Note)}</p>\n";
            var panels = Math.Min(figure.Columns, figure.Panels.Count) * (figure.Panels[0].Width + Gap) - Gap;
            html.Append($"<section id=\"{figure.Id}\">\n<h2>{Safe(figure.Title)}</h2>\n{note}<figure>\n<div class=\"panels\" " +
                $"style=\"max-width:{panels}px\">\n");
            foreach (var panel in figure.Panels) html.Append($"<div>{figure.ToPageSvg(panel)}</div>\n");
            html.Append($"</div>\n<figcaption>{Safe(figure.Caption)}</figcaption>\n</figure>\n</section>\n");
        }
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Table(StringBuilder html, string? heading, IReadOnlyList<(string Name, string Value)> lines)
    {
        if (lines.Count == 0) return;
        if (heading is not null) html.Append($"<h2>{Safe(heading)}</h2>\n");
        html.Append("<table>\n");
        foreach (var (name, value) in lines) html.Append($"<tr><th scope=\"row\">{Safe(name)}</th><td>{Safe(value)}</td></tr>\n");
        html.Append("</table>\n");
    }

    private static string Style() => $$"""
        :root { {{Variables(dark: false)}} color-scheme: light dark; }
        @media screen and (prefers-color-scheme: dark) { :root { {{Variables(dark: true)}} } }
        body { margin: 0; background: var(--paper); color: var(--text); font: 15px/1.5 "DejaVu Sans", Verdana, sans-serif; }
        main { max-width: 1400px; margin: 0 auto; padding: 16px; box-sizing: border-box; }
        h1 { font-size: 24px; } h2 { font-size: 18px; margin: 24px 0 8px; }
        table { border-collapse: collapse; }
        th, td { text-align: left; font-weight: normal; padding: 3px 18px 3px 0; vertical-align: top; }
        th, td { border-bottom: 1px solid var(--grid); }
        th { color: var(--muted); }
        nav { margin: 18px 0; display: flex; flex-wrap: wrap; gap: 6px 18px; } a { color: inherit; }
        .warning { border: 2px solid var(--vermilion); border-radius: 4px; padding: 8px 12px; max-width: 90ch; }
        td { overflow-wrap: anywhere; }
        section { margin: 40px 0; } h2 { break-after: avoid; } p.note { color: var(--muted); margin: 0 0 8px; break-after: avoid; }
        .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, {{Narrowest}}px), 1fr)); gap: 12px {{Gap}}px; }
        .panels > div { break-inside: avoid; min-width: 0; }
        figure { margin: 0; } figcaption { color: var(--muted); max-width: 90ch; margin-top: 8px; break-before: avoid; }
        svg { width: 100%; height: auto; display: block; }
        @media (min-width: 800px) { th { white-space: nowrap; } }
        @page { margin: 10mm; }
        @media print { nav { display: none; } main { padding: 0; } body { font-size: 9pt; } th { white-space: nowrap; } }
        @media print { section { margin: 14px 0; break-inside: avoid; } tr { break-inside: avoid; } }

        """;

    private static string Variables(bool dark) =>
        string.Join(' ', Enum.GetValues<Ink>().Select(Inks.Colour).Select(ink => $"--{ink.Name}: #{(dark ? ink.Dark : ink.Light):x6};"));

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
