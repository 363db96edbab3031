using System.Data.Common;
using System.Runtime.InteropServices;

namespace Pfe.Gallery.Storage;

/// <summary>
/// How values lie in a row: times as milliseconds since 1970, enumerations by name, vectors as little-endian single precision.
/// </summary>
internal static class Rows
{
    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static Guid? IdOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    public static DateTimeOffset Time(this DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static T Name<T>(this DbDataReader row, int column) where T : struct, Enum => Enum.Parse<T>(row.GetString(column));

    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static float[] Vector(this DbDataReader row, int column) => MemoryMarshal.Cast<byte, float>(row.Bytes(column)).ToArray();

    public static byte[] ToBytes(this ReadOnlySpan<float> vector) => MemoryMarshal.AsBytes(vector).ToArray();

    public static byte[] ToBytes(this float[] vector) => ((ReadOnlySpan<float>)vector).ToBytes();
}
