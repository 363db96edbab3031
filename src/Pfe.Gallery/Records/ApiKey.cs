namespace Pfe.Gallery;

/// <summary>What a key may do; each scope on its own.</summary>
[Flags]
internal enum KeyScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Look at galleries and people, compare, identify, verify.</summary>
    Read = 1,

    /// <summary>Enrol, change, merge, remove.</summary>
    Enrol = 2,

    /// <summary>Decide reviews.</summary>
    Review = 4,

    /// <summary>Galleries, keys, audit, jobs.</summary>
    Admin = 8,

    /// <summary>Everything.</summary>
    All = Read | Enrol | Review | Admin,
}

/// <summary>An API key, without its secret: of that only a hash is stored.</summary>
/// <param name="Id">The public part, eight hexadecimal digits.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Galleries">The galleries it may touch; empty for all.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends; null for never.</param>
/// <param name="LastUsed">When it was last used, to the minute; null for never.</param>
internal sealed record ApiKey(
    string Id, string Name, KeyScopes Scopes, IReadOnlyList<Guid> Galleries, DateTimeOffset Created, DateTimeOffset? Expires,
        DateTimeOffset? LastUsed);

/// <summary>A key that was just made; the only time its secret is known.</summary>
/// <param name="Key">The key's record.</param>
/// <param name="Secret">What a client sends: <c>pfe_id_secret</c>.</param>
internal sealed record NewApiKey(ApiKey Key, string Secret);
