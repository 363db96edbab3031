namespace Pfe.Storage;

/// <summary>Where this user's caches lie: XDG_CACHE_HOME, or the system's usual folder.</summary>
internal static class UserCache
{
    /// <summary>The folder of one of Pfe's caches; null where the user has no place for any.</summary>
    /// <param name="name">The cache's name.</param>
    public static string? Folder(string name)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : home.Length == 0 ? ""
            : Path.Combine(home, OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache");
        return cache.Length > 0 ? Path.Combine(cache, "pfe", name) : null;
    }
}
