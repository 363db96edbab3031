using Pfe.Reporting.Drawing;
using Pfe.Vision.Models;

namespace Pfe.Reporting.Tests;

internal static class Fonts
{
    public static FigureFonts Load()
    {
        var store = new ModelStore();
        return new(store.Get("font"), store.Get("font-bold"));
    }
}
