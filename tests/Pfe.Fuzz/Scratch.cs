namespace Pfe.Fuzz;

/// <summary>A folder in memory where the system has one: a case is a file for a moment.</summary>
internal sealed class Scratch : IDisposable
{
    private const string Memory = "/dev/shm";

    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(
        Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath(), $"pfe-fuzz-{Guid.NewGuid():N}")).FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a case and gives its path.</summary>
    public string Write(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    /// <summary>The bytes of a file that something writes.</summary>
    public byte[] Made(string name, Action<string> write)
    {
        write(File(name));
        return System.IO.File.ReadAllBytes(File(name));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
