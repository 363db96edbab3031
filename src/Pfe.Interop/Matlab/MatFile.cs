using System.IO.Compression;
using System.Text;
using Pfe.Storage;

namespace Pfe.Interop.Matlab;

/// <summary>
/// Reads the variables of a MATLAB file of level 5 (<c>save -v6</c> and <c>-v7</c>), as "MAT-File Format" (The MathWorks) describes it:
/// numbers, letters and cells. Nothing in such a file is executed, lengths are checked against what is there, and memory is bounded.
/// </summary>
internal sealed class MatFile
{
    private const int HeaderLength = 128;
    private const int Compressed = 15;

    // BLUFR's lists hold some 200,000 numbers and 13,233 names; a small file must not unpack into all the memory there is.
    private const int MostUnpacked = 512 << 20;

    private readonly Dictionary<string, MatValue> _variables;
    private readonly string _path;

    private MatFile(string path, Dictionary<string, MatValue> variables) => (_path, _variables) = (path, variables);

    /// <summary>Names of the variables, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _variables.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether there is such a variable.</summary>
    public bool Contains(string name) => _variables.ContainsKey(name);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The .mat file.</param>
    /// <exception cref="PfeException">Missing, of another format, truncated or damaged; one line with the byte.</exception>
    public static MatFile Load(string path) => Parse(InputFile.Bytes(path), path);

    /// <summary>Reads a file's bytes; see <see cref="Load"/>.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="path">What to call it in messages.</param>
    public static MatFile Parse(ReadOnlyMemory<byte> file, string path)
    {
        var bigEndian = IsBigEndian(file.Span, path);
        var (variables, unpacked) = (new Dictionary<string, MatValue>(StringComparer.Ordinal), 0);
        var reader = new MatElements(file[HeaderLength..], HeaderLength, bigEndian, path);
        while (!reader.AtEnd)
        {
            var element = reader.Next();
            var inner = element;
            if (element.Type == Compressed)
            {
                var content = Unpack(element, path, MostUnpacked - unpacked);
                unpacked += content.Length;
                inner = new MatElements(content, element.Offset, bigEndian, path).Next();
            }
            var (name, value) = MatArrays.Read(inner, bigEndian, path);
            variables[name] = value;
        }
        return new MatFile(path, variables);
    }

    /// <summary>A variable's numbers.</summary>
    /// <exception cref="PfeException">There is no such variable, or it holds something else.</exception>
    public double[] Numbers(string name) => Variable(name) is MatNumbers numbers
        ? numbers.Values : throw Wrong(name, "numbers");

    /// <summary>A variable's cells.</summary>
    /// <exception cref="PfeException">There is no such variable, or it holds something else.</exception>
    public MatValue[] Cells(string name) => Variable(name) is MatCells cells ? cells.Values : throw Wrong(name, "cells");

    /// <summary>The strings in a variable's cells.</summary>
    /// <exception cref="PfeException">There is no such variable, or it holds something else.</exception>
    public string[] Texts(string name) => [.. Cells(name).Select(cell => cell is MatText text ? text.Text : throw Wrong(name, "strings"))];

    private MatValue Variable(string name) => _variables.TryGetValue(name, out var value)
        ? value : throw new PfeException($"'{_path}' has no variable '{name}'; it has {string.Join(", ", Names.Take(20))}");

    private PfeException Wrong(string name, string wanted)
    {
        var found = Variable(name) is MatUnread unread ? unread.Kind : "something else";
        return new PfeException($"'{_path}': variable '{name}' should hold {wanted}, it is {found}");
    }

    private static bool IsBigEndian(ReadOnlySpan<byte> file, string path)
    {
        if (file.StartsWith("MATLAB 7.3"u8) || file.StartsWith("\x89HDF"u8))
            throw new PfeException($"'{path}' is a MATLAB file of version 7.3 (HDF5), which is not read: save it with -v7");
        if (file.Length >= HeaderLength && file[126] == 'I' && file[127] == 'M' && file[125] == 1) return false;
        if (file.Length >= HeaderLength && file[126] == 'M' && file[127] == 'I' && file[124] == 1) return true;
        throw new PfeException($"'{path}' is no MATLAB file of level 5: its header of {HeaderLength} bytes should end in 'IM' or 'MI'");
    }

    private static byte[] Unpack(MatElement element, string path, int most)
    {
        try
        {
            using var packed = new MemoryStream(element.Data.ToArray(), writable: false);
            using var stream = new ZLibStream(packed, CompressionMode.Decompress);
            using var content = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                if (content.Length + read > most) throw new PfeException($"'{path}' unpacks to more than {MostUnpacked >> 20} MB");
                content.Write(buffer, 0, read);
            }
            return content.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new PfeException($"'{path}', byte {element.Offset}: compressed data that cannot be unpacked: {e.Message}", e);
        }
    }
}
