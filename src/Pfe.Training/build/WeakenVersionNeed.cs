using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies an ELF library and marks one of its symbol-version needs as weak, so that the loader no longer refuses it where
/// the system's library lacks that version. Only for a version that no relocation uses. Compiled by MSBuild when the target runs.
/// </summary>
public sealed class WeakenVersionNeed : Task
{
    private const uint GnuVersionNeed = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 2; // VER_FLG_WEAK

    /// <summary>The library as the package has it; never changed.</summary>
    [Required] public string Source { get; set; }

    /// <summary>The copy to write.</summary>
    [Required] public string Destination { get; set; }

    /// <summary>The version that may be absent, e.g. GLIBCXX_3.4.32.</summary>
    [Required] public string Version { get; set; }

    /// <summary>The system library that should have it, e.g. libstdc++.so.6.</summary>
    [Required] public string SystemLibrary { get; set; }

    public override bool Execute()
    {
        var bytes = File.ReadAllBytes(Source);
        if (!SystemHasIt() && !MarkWeak(bytes)) Log.LogMessage("{0} does not need {1}", Source, Version);
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        // The output folder holds a hard link to the last copy: a new file, never a change in place.
        File.Delete(Destination);
        File.WriteAllBytes(Destination, bytes);
        return true;
    }

    private bool SystemHasIt()
    {
        var wanted = Encoding.ASCII.GetBytes(Version + "\0");
        return new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib" }
            .Select(folder => Path.Combine(folder, SystemLibrary))
            .Where(File.Exists)
            .Take(1)
            .Any(library => Contains(File.ReadAllBytes(library), wanted));
    }

    private static bool Contains(byte[] bytes, byte[] wanted)
    {
        for (var i = Array.IndexOf(bytes, wanted[0]); i >= 0
            && i + wanted.Length <= bytes.Length; i = Array.IndexOf(bytes, wanted[0], i + 1))
            if (!wanted.Where((value, k) => bytes[i + k] != value).Any()) return true;
        return false;
    }

    // ELF64, little endian: section headers -> the version-need section -> its chain of files -> each file's chain of versions.
    private bool MarkWeak(byte[] elf)
    {
        long sections = BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c);
        long Offset(int section) => BitConverter.ToInt64(elf, (int)(sections + (long)section * size + 0x18));
        for (var section = 0; section < count; section++)
        {
            var header = (int)(sections + (long)section * size);
            if (BitConverter.ToUInt32(elf, header + 4) != GnuVersionNeed) continue;
            var names = Offset(BitConverter.ToInt32(elf, header + 0x28));
            for (var need = (int)Offset(section); ; need += BitConverter.ToInt32(elf, need + 12))
            {
                for (var version = need + BitConverter.ToInt32(elf, need + 8); ; version += BitConverter.ToInt32(elf, version + 12))
                {
                    if (Name(elf, (int)names + BitConverter.ToInt32(elf, version + 8)) == Version)
                    {
                        BitConverter.GetBytes((ushort)(BitConverter.ToUInt16(elf, version + 4) | Weak)).CopyTo(elf, version + 4);
                        return true;
                    }
                    if (BitConverter.ToInt32(elf, version + 12) == 0) break;
                }
                if (BitConverter.ToInt32(elf, need + 12) == 0) break;
            }
        }
        return false;
    }

    private static string Name(byte[] elf, int at) => Encoding.ASCII.GetString(elf, at, Array.IndexOf(elf, (byte)0, at) - at);
}
