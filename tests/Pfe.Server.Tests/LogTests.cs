using Pfe.Client;
using Pfe.Server.Tests.Support;

namespace Pfe.Server.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task No_log_line_holds_a_name_an_id_of_the_caller_a_file_name_an_image_or_a_score()
    {
        const string Name = "Wilhelmine Quastenflosser", External = "external-4711-xyz", Reference = "passport_quastenflosser.jpg",
            Gallery = "Geheimgalerie";
        await using var service = await TestService.StartAsync();
        var gallery = await service.Client.Galleries.CreateAsync(new GalleryRequest(Gallery));
        var persons = service.Client.Persons(gallery.Id);
        var made = await persons.EnrolAsync([new Photo(SampleFaces.People[0], Reference)], new PersonRequest(External, Name));
        var found = await persons.IdentifyAsync(SampleFaces.Again(0));
        await persons.UpdateAsync(made.Person.Id, new PersonRequest(Name: Name + " II"));
        using (await service.Http.GetAsync($"/v1/galleries/{gallery.Id}/persons?externalId={External}")) { }
        using (await service.Http.GetAsync($"/v1/{Uri.EscapeDataString(Name)}?x={Uri.EscapeDataString(Name)}")) { }
        using (var form = Requests.Form(("image", "broken"u8.ToArray())).With(Name, Name))
        using (await service.Http.PostAsync("/v1/detect", form)) { }
        using (var json = Requests.Json($$"""{"name": "{{Name}}", """))
        using (await service.Http.PostAsync("/v1/galleries", json)) { }
        using (var odd = new HttpRequestMessage(new HttpMethod("QUASTENFLOSSER"), "/v1/galleries"))
        using (await service.Http.SendAsync(odd)) { }
        using (var search = new HttpRequestMessage(HttpMethod.Post, "/people") { Content = new FormUrlEncodedContent([new("text", Name)]) })
        using (await service.Http.SendAsync(search)) { }
        await persons.RemoveAsync(made.Person.Id);
        using (await service.Http.GetAsync($"/v1/galleries/{gallery.Id}/persons/{made.Person.Id}")) { }

        var lines = service.Log.Lines;
        lines.Count(line => line.Contains("/v1/galleries", StringComparison.Ordinal)).ShouldBeGreaterThan(6);
        string[] secrets =
        [
            "Quastenflosser", "Wilhelmine", External, Reference, Gallery, service.Key[13..],
            Convert.ToBase64String(SampleFaces.People[0])[..40], $"{found.Candidates[0].Score:0.0}", $"{found.Probability}",
        ];
        foreach (var secret in secrets)
            lines.ShouldNotContain(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
        // Each request is one line that can be found again by its id.
        var id = service.Key[4..12];
        lines.ShouldContain(line => line.Contains("POST /v1/galleries/{gallery:guid}/persons", StringComparison.Ordinal)
            && line.Contains("201", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal));
    }
}
