using System.Globalization;
using Pfe.ServiceLoad;

if (args.Length is < 3 or > 5)
{
    Console.Error.WriteLine("usage: dotnet run --project bench/Pfe.ServiceLoad -c Release -- ADDRESS KEY PHOTO [SECONDS] [GALLERY]");
    Console.Error.WriteLine("Loads a running service for SECONDS (10) a phase, over /v1/embeddings and, with GALLERY, its identify. " +
        "Start the service with --rate 100000.");
    return 2;
}
var seconds = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 10;
var photo = await File.ReadAllBytesAsync(args[2]);
using var service = new Service(new Uri(args[0]), args[1], photo);
Console.WriteLine($"{Environment.ProcessorCount} cores, {seconds} s a phase");

var (networks, whole) = Library.Measure(photo, TimeSpan.FromSeconds(seconds));
Console.WriteLine($"library, one worker a core: networks alone {networks:0.0} photographs/s, with decoding and warps {whole:0.0}");
string[] paths = args.Length > 4 ? ["/v1/embeddings", $"/v1/galleries/{args[4]}/identify"] : ["/v1/embeddings"];
foreach (var path in paths)
{
    var shown = path == paths[0] ? path : "identify";
    await service.ClosedAsync(path, 2, TimeSpan.FromSeconds(2));
    var memory = await service.MemoryAsync();
    var full = await service.ClosedAsync(path, 2 * Environment.ProcessorCount, TimeSpan.FromSeconds(seconds));
    var rate = full.Answered / full.Seconds;
    Console.WriteLine($"{shown}: {rate:0.0}/s, {rate / networks:0 %} of the networks alone, {rate / whole:0 %} of the library; {full}");
    foreach (var share in new[] { 0.5, 0.9 })
    {
        var part = await service.OpenAsync(path, share * rate, TimeSpan.FromSeconds(seconds));
        Console.WriteLine($"{shown} at {share:0 %}: {part}");
    }
    var overload = await service.OpenAsync(path, 3 * rate, TimeSpan.FromSeconds(seconds));
    Console.WriteLine($"{shown} at 300 %: {overload}; sent {overload.Sent}, lost {overload.Sent - overload.Answered - overload.PutOff}");
    Console.WriteLine($"{shown}: working set {memory:0} MB before, {await service.MemoryAsync():0} MB after");
}
return 0;
