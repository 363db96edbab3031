using System.Text;
using Pfe.Interop.Wire;

namespace Pfe.Interop.TensorFlow;

/// <summary>
/// The keys under which the partitions of a variable lie: a zero byte, the name in TensorFlow's ordered code (0 and 255 escaped, ended
/// by 0 1), then the partition's place.
/// </summary>
internal static class SliceKey
{
    /// <summary>The name of the variable that a key holds a partition of; null for the key of a whole variable.</summary>
    public static string? NameOf(byte[] key)
    {
        if (key is not [0, ..]) return null;
        var name = new List<byte>();
        for (var i = 1; i + 1 < key.Length; i++)
        {
            if (key[i] == 0 && key[i + 1] == 1) return Encoding.UTF8.GetString([.. name]);
            name.Add(key[i]);
            if (key[i] is 0 or 255) i++;
        }
        return null;
    }

    /// <summary>The order of the keys: by start, then length, dimension by dimension; "the whole dimension" is coded as -1.</summary>
    public static IComparer<TensorSliceProto> Order { get; } = Comparer<TensorSliceProto>.Create((a, b) =>
        a.Extent.Zip(b.Extent).Select(pair => Place(pair.First).CompareTo(Place(pair.Second))).FirstOrDefault(order => order != 0));

    private static (long, long) Place(TensorSliceProto.Types.Extent extent) => (extent.Start, extent.HasLength ? extent.Length : -1);
}
