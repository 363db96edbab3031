using System.Text.Json;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Crash;

/// <summary>One change of a gallery whose outcome is known beforehand.</summary>
/// <param name="Kind">enrol, merge, remove, unlink (one image) or compact.</param>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Person">The person's number; for a merge the one who goes.</param>
/// <param name="Other">For a merge the one who stays.</param>
/// <param name="Shots">The images' numbers.</param>
internal sealed record CrashOperation(string Kind, string Key, int Person, int Other, int[] Shots)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static CrashOperation FromLine(string line) => JsonSerializer.Deserialize<CrashOperation>(line)!;

    /// <summary>Does it; whoever it is about is found by external id.</summary>
    public async Task DoAsync(FaceGallery gallery)
    {
        var context = new WriteContext { IdempotencyKey = Key };
        switch (Kind)
        {
            case "enrol":
                await gallery.EnrolAsync(TestFaces.Request(Person, Shots), context);
                break;
            case "merge":
                await gallery.MergeAsync(await IdAsync(gallery, Person), await IdAsync(gallery, Other), context);
                break;
            case "remove":
                await gallery.RemovePersonAsync(await IdAsync(gallery, Person), context: context);
                break;
            case "unlink":
                var images = await gallery.ListImagesAsync(await IdAsync(gallery, Person));
                await gallery.RemoveImageAsync(images.FirstOrDefault(image => image.Reference == Reference(Person,
                    Shots[0]))?.Id ?? Guid.Empty, context);
                break;
            default:
                await gallery.CompactAsync();
                break;
        }
    }

    /// <summary>What it makes of a gallery's people: the references of each person's images.</summary>
    public void Apply(Dictionary<int, HashSet<string>> people)
    {
        switch (Kind)
        {
            case "enrol":
                if (!people.TryGetValue(Person, out var images)) people.Add(Person, images = []);
                images.UnionWith(Shots.Select(shot => Reference(Person, shot)));
                break;
            case "merge":
                people[Other].UnionWith(people[Person]);
                people.Remove(Person);
                break;
            case "remove":
                people.Remove(Person);
                break;
            case "unlink":
                people[Person].Remove(Reference(Person, Shots[0]));
                break;
        }
    }

    public static string Reference(int person, int shot) => $"person-{person}-shot-{shot}";

    // A repetition finds the person gone where the operation was done: any id will do, the key decides.
    private static async Task<Guid> IdAsync(FaceGallery gallery, int person) =>
        (await gallery.FindPersonAsync($"id-{person}"))?.Id ?? Guid.Empty;
}
