using System.Net;
using System.Text;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Report;

/// <summary>The report as one page that needs nothing else: no script, no network, light and dark by the reader's setting, printable.</summary>
internal static class HtmlPage
{
    public static string Of(FaceReport report)
    {
        var html = new StringBuilder();
        html.Append($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{Safe(report.Title)}</title>\n<style>\n{Style()}</style>\n</head>\n<body>\n<main>\n<h1>{Safe(report.Title)}</h1>\n<table>\n");
        foreach (var (name, value) in report.Summary) html.Append($"<tr><th scope=\"row\">{Safe(name)}</th><td>{Safe(value)}</td></tr>\n");
        html.Append("</table>\n<nav>\n");
        foreach (var figure in report.Figures) html.Append($"<a href=\"#{figure.Id}\">{Safe(figure.Title)}</a>\n");
        html.Append("</nav>\n");
        foreach (var figure in report.Figures)
            html.Append($"<section id=\"{figure.Id}\">\n<h2>{Safe(figure.Title)}</h2>\n<figure style=\"max-width:{figure.Width}px\">\n{figure.ToSvg(inPage: true)}<figcaption>{Safe(figure.Caption)}</figcaption>\n</figure>\n</section>\n");
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string Style() => $$"""
        :root { {{Variables(dark: false)}} color-scheme: light dark; }
        @media screen and (prefers-color-scheme: dark) { :root { {{Variables(dark: true)}} } }
        body { margin: 0; background: var(--paper); color: var(--text); font: 15px/1.5 "DejaVu Sans", Verdana, sans-serif; }
        main { max-width: 1480px; margin: 0 auto; padding: 24px; }
        h1 { font-size: 24px; } h2 { font-size: 18px; margin: 0 0 8px; }
        table { border-collapse: collapse; } th, td { text-align: left; font-weight: normal; padding: 3px 18px 3px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
        th { color: var(--muted); }
        nav { margin: 18px 0; display: flex; flex-wrap: wrap; gap: 6px 18px; } a { color: var(--blue); }
        section { margin: 36px 0; break-inside: avoid; }
        figure { margin: 0; } figcaption { color: var(--muted); max-width: 75ch; }
        svg { width: 100%; height: auto; display: block; }
        @media print { nav { display: none; } main { padding: 0; } }

        """;

    private static string Variables(bool dark) => string.Join(' ', Enum.GetValues<Ink>().Select(Inks.Colour).Select(ink => $"--{ink.Name}: #{(dark ? ink.Dark : ink.Light):x6};"));

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
