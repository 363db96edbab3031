using System.Security.Cryptography;
using System.Text;
using Pfe.Storage;

namespace Pfe.Vision.Faces;

/// <summary>
/// What the pictures of an output folder were made from, in a file among them: a run that goes on takes only those that it would make just
/// so. Each is written down before it is made, so that a run that is killed leaves no picture of which nothing is known.
/// </summary>
internal sealed class OutputRecord : IDisposable
{
    /// <summary>The file.</summary>
    public const string FileName = ".pfe-made";

    private readonly string _path;
    private readonly string _folder;
    private readonly IReadOnlyList<(string Target, string Key)> _outputs;
    private readonly bool[] _done;
    private readonly FileStream _file;
    private readonly Lock _lock = new();

    private OutputRecord(string folder, IReadOnlyList<(string Target, string Key)> outputs)
    {
        (_folder, _outputs, _path, _done) = (folder, outputs, Path.Combine(folder, FileName), new bool[outputs.Count]);
        try
        {
            Directory.CreateDirectory(folder);
            // Without a buffer: what a full disk refuses must fail here. Nobody else fills the folder meanwhile.
            _file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write '{_path}': {e.Message}", e);
        }
    }

    /// <summary>Opens a folder's record.</summary>
    /// <param name="folder">The folder; created where it is missing.</param>
    /// <param name="outputs">The pictures to make in it, and what each is made from (<see cref="Key"/>).</param>
    /// <param name="overwrite">Pictures that were made otherwise are made anew; else they are refused.</param>
    /// <exception cref="InvalidConfigurationException">There are pictures that were made otherwise.</exception>
    /// <exception cref="PfeException">The folder cannot be written, or another process fills it.</exception>
    public static OutputRecord Open(string folder, IReadOnlyList<(string Target, string Key)> outputs, bool overwrite)
    {
        var record = new OutputRecord(folder, outputs);
        try
        {
            record.Compare(overwrite);
            return record;
        }
        catch
        {
            record.Dispose();
            throw;
        }
    }

    /// <summary>What a picture is made from, as one word: all that it depends on, and the size and time of the photograph.</summary>
    public static string Key(string settings, string photograph)
    {
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{settings}\n{FileStamp.Of(photograph)}")))[..32];
    }

    /// <summary>Whether a picture is there and was made just so.</summary>
    public bool IsDone(int output) => _done[output];

    /// <summary>Writes down that a picture is made now; safe for several threads.</summary>
    /// <exception cref="PfeException">The disk is full.</exception>
    public void Begin(int output)
    {
        var (target, key) = _outputs[output];
        lock (_lock)
        {
            try
            {
                if (File.Exists(target)) File.Delete(target);
                _file.Write(Encoding.UTF8.GetBytes($"{key} {Name(target)}\n"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PfeException($"cannot write '{target}': {e.Message}", e);
            }
        }
    }

    /// <summary>Closes the record; an empty one is not left behind.</summary>
    public void Dispose()
    {
        if (_file.Length == 0) File.Delete(_path);
        _file.Dispose();
    }

    private void Compare(bool overwrite)
    {
        var made = Read();
        var stale = new List<string>();
        for (var i = 0; i < _outputs.Count; i++)
        {
            var (target, key) = _outputs[i];
            if (!File.Exists(target)) continue;
            if (made.GetValueOrDefault(Name(target)) == key) _done[i] = true;
            else stale.Add(target);
        }
        if (stale.Count > 0 && !overwrite)
            throw new InvalidConfigurationException($"'{stale[0]}'{(stale.Count > 1 ? $" and {stale.Count - 1} more" : "")} was made " +
                "with other " +
                "settings, " +
                "from another photograph, or by an earlier version: name another output folder, or have it made anew")
            {
                Setting = nameof(AlignmentRunOptions.Overwrite),
            };
    }

    /// <summary>The last key of each picture; a line that a killed run left half-written is none.</summary>
    private Dictionary<string, string> Read()
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var whole = bytes.AsSpan(0, bytes.AsSpan().LastIndexOf((byte)'\n') + 1);
        _file.SetLength(whole.Length);
        _file.Position = whole.Length;
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(whole).Split('\n'))
            if (line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var blank) made[line[(blank + 1)..]] = line[..blank];
        return made;
    }

    // Names with line ends in them are escaped: a line is a picture.
    private string Name(string target) =>
        Path.GetRelativePath(_folder, target).Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
