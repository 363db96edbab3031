using Pfe.Gallery;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>What the pages of people show.</summary>
internal static class PersonPage
{
    /// <summary>Everybody, or whom a search found.</summary>
    public static Html List(PageFrame frame, Page<Person> page, Dictionary<Guid, Guid> faces, int count, string? text) => Html.Of($"""
        <p class="lead"><strong>{frame.Gallery!.Name}</strong>: {Words.Count(count, "person", "people")},
            version {frame.Gallery.Version}.</p>
        <form method="post" action="/people" class="search" role="search">
          <label for="text">Name or id</label><input id="text" name="text" type="search" value="{text}"
              autocomplete="off"><button>Find</button>
        </form>
        {Html.When(page.Items.Count == 0, () => Parts.Note("", text is { Length: > 0 } ? "Nobody has that in the name or id." :
            "Nobody is enrolled yet."))}
        <ul class="people">{Html.Each(page.Items, person => Html.Of($"""
          <li><a class="card" href="/people/{person.Id}">{(faces.TryGetValue(person.Id, out var face)
              ? Html.Of($"""<img class="face" src="/photos/{face}" width="96" height="96" alt="" loading="lazy">""")
              : Html.Of($"""<span class="face letter" aria-hidden="true">{Words.NameOf(person)[..1].ToUpperInvariant()}</span>"""))}
            <span><strong>{Words.NameOf(person)}</strong><small>{Words.Count(person.Images, "photograph",
                "photographs")}</small></span></a></li>
          """))}</ul>
        {Html.When(page.Next is not null, () => Html.Of($"""<p><a href="/people?after={page.Next}">More people</a></p>"""))}
        {Html.When(frame.May(KeyScopes.Enrol), () => Html.Of($"""<p><a class="button" href="/enrol">Enrol somebody</a></p>"""))}
        {Html.When(frame.May(KeyScopes.Admin), () => Html.Of($"""
          <details><summary>Another gallery</summary><div class="columns"><section class="card">{Parts.NewGallery()}</section>
            <section class="card"><form method="post" action="/samples" class="stack"><p>The faces of six sample photographs,
                in a gallery of their own.</p>
              <button>Try it with sample people</button></form></section></div></details>
          <details><summary>Remove this gallery</summary><section class="card bad">
            <p>Removes <strong>{frame.Gallery.Name}</strong> with all {Words.Count(count, "person", "people")}: names, ids, templates,
                photographs, reviews. The audit log
              keeps that it was removed, and by which key. Backups keep what they hold.</p>
            <form method="post" action="/galleries/remove"><input type="hidden" name="id" value="{frame.Gallery.Id}"><button
                class="danger">Remove the gallery</button></form>
          </section></details>
          """))}
        """);

    /// <summary>One person.</summary>
    public static Html Content(PageFrame frame, Person person, IReadOnlyList<EnrolledImage> images, IReadOnlyList<Person> others) =>
        Html.Of($"""
        <p class="lead"><a href="/people">People</a> of <strong>{frame.Gallery!.Name}</strong>. Enrolled {Words.Date(person.Created)},
            last changed {Words.Date(person.Updated)}.</p>
        {(frame.May(KeyScopes.Enrol) ? Images(person, images, others) : Tiles(images, false))}
        {Html.When(frame.May(KeyScopes.Enrol), () => Html.Of($"""
          <p><a class="button" href="/enrol?person={person.Id}">Add photographs</a></p>
          <div class="columns">{Edit(person)}{Merge(person, others)}</div>
          {Remove(person)}
          """))}
        """);

    private static Html Images(Person person, IReadOnlyList<EnrolledImage> images, IReadOnlyList<Person> others) => Html.Of($"""
        <form method="post" action="/people/{person.Id}/images">
          {Tiles(images, true)}
          {Html.When(images.Count > 0, () => Html.Of($"""
            <fieldset class="actions"><legend>With the ticked photographs</legend>
              {Html.When(images.Count > 1, () => Html.Of($"""<button name="action" value="split">Make them another person</button>"""))}
              {Html.When(others.Count > 0, () => Html.Of($"""
                <span class="pair"><label for="to">Move to</label><select id="to" name="to">{Options(others)}</select><button
                    name="action" value="move">Move</button></span>
                """))}
              <button name="action" value="remove" class="danger">Remove</button>
            </fieldset>
            """))}
        </form>
        """);

    private static Html Tiles(IReadOnlyList<EnrolledImage> images, bool ticks) => Html.Of($"""
        {Html.When(images.Count == 0, () => Parts.Note("", "No photograph is enrolled: this person cannot be found."))}
        <div class="tiles">{Html.Each(images, image => Html.Of($"""
          <section class="card tile">
            {(image.HasPhoto ? Html.Of($"""<img class="thumbnail" src="/photos/{image.Id}" alt="Enrolled photograph" loading="lazy">""")
                : Html.Of($"""<p class="nophoto">Template only: the photograph was not kept.</p>"""))}
            {Parts.Certainty(image.Quality)}<p class="small">{Words.Date(image.Created)}{(image.Reference is { } text ? $", {text}" :
                "")}</p>
            {Html.When(ticks, () => Html.Of($"""
                <label class="check"><input type="checkbox" name="image" value="{image.Id}"> This one</label>
                """))}
          </section>
          """))}</div>
        """);

    private static Html Edit(Person person) => Html.Of($"""
        <section class="card"><h2>Name and id</h2>
          <form method="post" action="/people/{person.Id}/edit" class="stack">
            <input type="hidden" name="version" value="{person.Version}">
            <label for="name">Name</label><input id="name" name="name" value="{person.Name}" maxlength="200" autocomplete="off">
            <label for="externalId">Your own id</label><input id="externalId" name="externalId" value="{person.ExternalId}"
                maxlength="200" autocomplete="off">
            <button>Save</button>
          </form></section>
        """);

    private static Html Merge(Person person, IReadOnlyList<Person> others) => Html.When(others.Count > 0, () => Html.Of($"""
        <section class="card"><h2>The same as somebody else?</h2>
          <form method="post" action="/people/{person.Id}/merge" class="stack">
            <label for="into">Whoever stays</label><select id="into" name="into">{Options(others)}</select>
            <p class="small">All photographs of {Words.NameOf(person)} go to whoever stays,
                who keeps name and id; {Words.NameOf(person)} is gone then. A split takes it back.</p>
            <button>Merge</button>
          </form></section>
        """));

    private static Html Remove(Person person) => Html.Of($"""
        <details><summary>Remove this person</summary><section class="card bad">
          <p>Removes name, id and metadata, {Words.Count(person.Images, "template", "templates")} with their photographs where kept,
              and open reviews. Searches stop finding the
            person at once; deleted bytes are overwritten, in the index file within a minute. The audit log keeps that somebody was
                removed, not who. Backups keep what they hold.</p>
          <form method="post" action="/people/{person.Id}/remove"><button class="danger">Remove the person</button></form>
        </section></details>
        """);

    private static Html Options(IEnumerable<Person> people) =>
        Html.Each(people, person => Html.Of($"""<option value="{person.Id}">{Words.NameOf(person)}</option>"""));
}
