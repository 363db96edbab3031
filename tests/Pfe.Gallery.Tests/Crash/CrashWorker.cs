using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Crash;

/// <summary>
/// The process that is killed: changes a gallery at random without end, and says on standard output what it is about to do and what is
/// done.
/// </summary>
internal static class CrashWorker
{
    public const string Variable = "PFE_CRASH_WORKER";

    /// <summary>Small limits, so that every cycle writes, follows and replaces index files.</summary>
    public static GalleryOptions Options { get; } = new()
    {
        Threads = 1, FacesForAFile = 6, FollowWithin = TimeSpan.Zero, KeepChanges = TimeSpan.FromMilliseconds(300),
    };

    /// <summary>Works until it is killed.</summary>
    /// <param name="settings">Seed, number of the next operation, folder and, for PostgreSQL, connection string; a tab between.</param>
    public static async Task<int> RunAsync(string settings)
    {
        if (settings.Split('\t') is not [var seed, var first, var folder, var connection]) return 2;
        await WarmUpAsync(Path.Combine(folder, $"warm-up-{seed}"));
        await using var store = await OpenAsync(folder, connection);
        await using var catalog = new GalleryCatalog(store, Options);
        var gallery = await catalog.OpenAsync((await catalog.FindAsync("people"))!.Id, TestFaces.Model);
        var people = await ReadAsync(gallery);
        var random = new Random(int.Parse(seed));
        await Console.Out.WriteLineAsync("ready");
        await Console.Out.FlushAsync();
        for (var number = int.Parse(first); ; number++)
        {
            var operation = Next(random, people, number);
            await SayAsync("begin", operation);
            await operation.DoAsync(gallery);
            // What a service does every few seconds; it forgets old changes as well.
            if (operation.Kind == "compact") await catalog.MaintainAsync();
            await SayAsync("done", operation);
            operation.Apply(people);
        }
    }

    public static async Task<GalleryStore> OpenAsync(string folder, string connection) =>
        connection.Length == 0 ? await SqliteGalleryStore.OpenAsync(folder) : await PostgreSqlGalleryStore.OpenAsync(connection, folder);

    /// <summary>The references of each person's images, by the person's number.</summary>
    public static async Task<Dictionary<int, HashSet<string>>> ReadAsync(FaceGallery gallery)
    {
        var people = new Dictionary<int, HashSet<string>>();
        string? cursor = null;
        do
        {
            var page = await gallery.ListPersonsAsync(cursor: cursor);
            foreach (var person in page.Items)
            {
                var references = (await gallery.ListImagesAsync(person.Id)).Select(image => image.Reference!).ToList();
                references.ShouldBeUnique("an image is there twice");
                people.Add(int.Parse(person.ExternalId![3..]), [.. references]);
            }
            cursor = page.Next;
        }
        while (cursor is not null);
        return people;
    }

    // Every operation once on a gallery that nobody looks at: what is killed later is work, not compilation.
    private static async Task WarmUpAsync(string folder)
    {
        await using (var store = await SqliteGalleryStore.OpenAsync(folder))
        await using (var catalog = new GalleryCatalog(store, Options with { FacesForAFile = 1 }))
        {
            var gallery = await catalog.OpenAsync((await catalog.CreateAsync("warm", TestFaces.Model)).Id, TestFaces.Model);
            for (var person = 0; person < 3; person++) await new CrashOperation("enrol", $"a{person}", person, 0, [0, 1]).DoAsync(gallery);
            await new CrashOperation("unlink", "b", 0, 0, [0]).DoAsync(gallery);
            await new CrashOperation("merge", "c", 0, 1, []).DoAsync(gallery);
            await new CrashOperation("remove", "d", 1, 0, []).DoAsync(gallery);
            await new CrashOperation("compact", "e", 0, 0, []).DoAsync(gallery);
        }
        Directory.Delete(folder, recursive: true);
    }

    private static CrashOperation Next(Random random, Dictionary<int, HashSet<string>> people, int number)
    {
        var persons = people.Keys.Order().ToArray();
        var key = $"operation-{number}";
        // About twenty persons: enough for a file, few enough that everything happens to everybody.
        return random.Next(people.Count < 12 ? 5 : 10) switch
        {
            < 5 => new("enrol", key, persons.Length > 0 && random.Next(3) == 0 ? persons[random.Next(persons.Length)] : number, 0,
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(n => number * 10 + n)]),
            5 or 6 when persons.Length > 1 => Merge(random, persons, key),
            7 when people.FirstOrDefault(person =>
                person.Value.Any(image => image.StartsWith($"person-{person.Key}-", StringComparison.Ordinal)))
                is { Value: { } images } owner => new("unlink", key, owner.Key, 0, [int.Parse(images.First(image =>
                image.StartsWith($"person-{owner.Key}-", StringComparison.Ordinal)).Split('-')[3])]),
            8 => new("compact", key, 0, 0, []),
            _ => new("remove", key, persons[random.Next(persons.Length)], 0, []),
        };
    }

    private static CrashOperation Merge(Random random, int[] persons, string key)
    {
        var at = random.Next(persons.Length);
        return new("merge", key, persons[at], persons[(at + 1 + random.Next(persons.Length - 1)) % persons.Length], []);
    }

    private static async Task SayAsync(string what, CrashOperation operation)
    {
        await Console.Out.WriteLineAsync($"{what} {operation.ToLine()}");
        await Console.Out.FlushAsync();
    }
}
