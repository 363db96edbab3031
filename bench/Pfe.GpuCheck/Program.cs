using Pfe;
using Pfe.Gpu.Cards;
using Pfe.GpuCheck;

// Arguments: emulated, or a card's number (0); then the faces of the small and of the large scan.
try
{
    var emulated = args.Length > 0 && args[0] == "emulated";
    using var none = new EmulatedCards(emulated ? 1 : 0);
    ICardSource source = emulated ? none : CudaCards.Shared;
    var number = args.Length > 0 && !emulated ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
    var sizes = emulated ? CheckSizes.Emulated : CheckSizes.OfACard;
    if (args.Length > 1) sizes = sizes with { Faces = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) };
    if (args.Length > 2) sizes = sizes with { LargeFaces = int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) };
    return Check.Run(source, number, sizes, Console.Out) ? 0 : 1;
}
catch (PfeException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
