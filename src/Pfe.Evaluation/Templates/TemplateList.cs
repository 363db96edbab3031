using Pfe.Evaluation.Protocols;

namespace Pfe.Evaluation.Templates;

/// <summary>A protocol's templates on one embedding set, and what of them is missing. Build it with
/// <see cref="TemplateListBuilder"/>.</summary>
internal sealed class TemplateList
{
    private readonly Dictionary<long, int> _indices;
    private readonly string? _nothingFound;

    internal TemplateList(IReadOnlyList<Template> templates, Dictionary<long, int> indices, int[]? identities, int images,
        int imagesMissing, string? nothingFound) =>
        (Templates, _indices, Identities, Images, ImagesMissing, _nothingFound) =
            (templates, indices, identities, images, imagesMissing, nothingFound);

    /// <summary>The templates, in the order in which the protocol first names them.</summary>
    public IReadOnlyList<Template> Templates { get; }

    /// <summary>Identity of each template, numbered from 0; null when the protocol does not tell.</summary>
    public int[]? Identities { get; }

    /// <summary>Images that the protocol names; an image in two templates counts twice.</summary>
    public int Images { get; }

    /// <summary>Images named but not embedded: the file is missing, or no face was found in it.</summary>
    public int ImagesMissing { get; }

    /// <summary>Templates none of whose images were embedded.</summary>
    public int Empty => Templates.Count(template => template.IsEmpty);

    /// <summary>Refuses to go on when none of the images was embedded: that is a mix-up of files, not a result.</summary>
    /// <exception cref="PfeException">Every template is empty; the message shows a name that was looked for and a path there
    /// is.</exception>
    public void RequireImages()
    {
        if (ImagesMissing == Images) throw new PfeException(_nothingFound ?? "the protocol names no image");
    }

    /// <summary>The place of a template in <see cref="Templates"/>, or -1.</summary>
    /// <param name="id">The template's number in the protocol.</param>
    public int IndexOf(long id) => _indices.GetValueOrDefault(id, -1);
}

/// <summary>Collects a protocol's rows, one image of one template each, in any order.</summary>
internal sealed class TemplateListBuilder
{
    private sealed record Draft(long Id, int Identity, List<int> Rows, List<int> Media);

    private readonly ImageLookup _lookup;
    private readonly List<Draft> _drafts = [];
    private readonly Dictionary<long, int> _indices = [];
    private readonly Dictionary<string, int> _identities;
    private int _images;
    private int _missing;
    private string? _firstMissing;

    /// <summary>Starts an empty list.</summary>
    /// <param name="lookup">The embedded images.</param>
    public TemplateListBuilder(ImageLookup lookup) : this(lookup, new(StringComparer.Ordinal)) { }

    private TemplateListBuilder(ImageLookup lookup, Dictionary<string, int> identities) => (_lookup, _identities) = (lookup, identities);

    /// <summary>Starts another empty list on the same images, in which the same person has the same number.</summary>
    public TemplateListBuilder WithSameIdentities() => new(_lookup, _identities);

    /// <summary>Adds one image.</summary>
    /// <param name="id">The template's number.</param>
    /// <param name="identity">The person's name or number; null in every call when the protocol does not tell.</param>
    /// <param name="media">The medium's number.</param>
    /// <param name="names">The image's name, followed by other names it may go by; the first that was embedded counts.</param>
    /// <exception cref="PfeException">The template was begun with another identity.</exception>
    public void Add(long id, string? identity, int media, params ReadOnlySpan<string> names)
    {
        var draft = Find(id, identity is null ? -1 : Number(identity), identity);
        _images++;
        foreach (var name in names)
        {
            var row = _lookup.Find(name);
            if (row == ImageLookup.Missing) continue;
            draft.Rows.Add(row);
            draft.Media.Add(media);
            return;
        }
        _missing++;
        _firstMissing ??= names[^1];
    }

    /// <summary>The list.</summary>
    public TemplateList Build()
    {
        Template[] templates = [.. _drafts.Select(draft => new Template(draft.Id, [.. draft.Rows], [.. draft.Media]))];
        return new(templates, _indices, _identities.Count > 0 ? [.. _drafts.Select(draft => draft.Identity)] : null, _images, _missing,
            _firstMissing is null ? null : _lookup.NothingFound(_firstMissing, _images));
    }

    private Draft Find(long id, int identity, string? name)
    {
        if (!_indices.TryGetValue(id, out var index))
        {
            _indices[id] = index = _drafts.Count;
            _drafts.Add(new(id, identity, [], []));
        }
        var draft = _drafts[index];
        return draft.Identity == identity ? draft : throw new PfeException($"template {id} is given to two subjects, one of them '{name}'");
    }

    private int Number(string identity)
    {
        if (!_identities.TryGetValue(identity, out var number)) _identities[identity] = number = _identities.Count;
        return number;
    }
}
