using System.CommandLine;
using Pfe.ServiceLoad;

var photo = new Argument<FileInfo>("photo") { Description = "A photograph of one face." };
var seconds = new Option<int>("--seconds") { Description = "Length of each phase.", DefaultValueFactory = _ => 12 };
var persons = new Option<int>("--persons") { Description = "Simulated persons of the gallery.", DefaultValueFactory = _ => 5000 };
var requests = new Option<int>("--requests")
{
    Description = "In place of the phases: that many requests, with the service's memory and descriptors along the way."
};
var command = new RootCommand("Starts pfe-server with an empty store, fills a gallery and loads it, on this machine's cores together " +
    "with the service.")
{ photo, seconds, persons, requests };
command.SetAction(async (parsed, cancellation) =>
{
    var bytes = await File.ReadAllBytesAsync(parsed.GetRequiredValue(photo).FullName, cancellation);
    var (time, count, steady) = (TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(persons), parsed.GetValue(requests));
    var library = steady > 0 ? null : Library.Measure(bytes, time);
    await using var server = await Server.StartAsync(cancellation);
    using var service = new Service(server.Address, server.Key, bytes);
    var gallery = await People.ImportAsync(server, bytes, count, cancellation);
    var identify = $"/v1/galleries/{gallery}/identify";
    if (library is null) await SteadyRun.RunAsync(server, service, ["/v1/embeddings", identify], steady, cancellation);
    else await Phases.RunAsync(server, service, library, [("embeddings", "/v1/embeddings"), ($"identify among {count}", identify)], time);
    return 0;
});
return await command.Parse(args).InvokeAsync();
