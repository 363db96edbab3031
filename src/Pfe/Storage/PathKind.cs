using System.Runtime.InteropServices;

namespace Pfe.Storage;

/// <summary>What lies at a path, links followed.</summary>
internal enum PathKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A device, pipe or socket.</summary>
    Other,
}

/// <summary>Asks the system what lies at a path; .NET itself does not tell a device or pipe from a file.</summary>
internal static unsafe partial class PathKinds
{
    private const int AtWorkingFolder = -100;
    private const uint TypeOnly = 1;
    private const int KindMask = 0xF000, RegularKind = 0x8000, FolderKind = 0x4000;

    public static PathKind Of(string path)
    {
        if (Directory.Exists(path)) return PathKind.Folder;
        if (!OperatingSystem.IsLinux()) return Elsewhere(path);
        StatX found;
        if (Stat(AtWorkingFolder, path, 0, TypeOnly, &found) != 0) return PathKind.Missing;
        return (found.Mode & KindMask) switch
        {
            RegularKind => PathKind.File,
            FolderKind => PathKind.Folder,
            _ => PathKind.Other,
        };
    }

    // macOS and Windows keep their devices in places of their own; a pipe with a name elsewhere is taken for a file there.
    private static PathKind Elsewhere(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal) ? PathKind.Other
        : File.Exists(path) ? PathKind.File : PathKind.Missing;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int folder, string path, int flags, uint mask, StatX* result);

    // struct statx of linux/stat.h: the same on every processor, 256 bytes, the mode at 28.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
