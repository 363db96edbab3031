using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pfe.Training;

/// <summary>
/// Random numbers as a pure function of (seed, purpose, index): batch 700 is the same whether the run began at step 0 or was resumed at
/// 699, and a change in one purpose leaves the others alone.
/// </summary>
internal static class Seeds
{
    public const int Initialisation = 1;
    public const int Batch = 2;
    public const int Damage = 3;
    public const int HeldOut = 4;
    public const int Variant = 5;
    public const int Trust = 6;
    public const int TrustBatch = 7;

    /// <summary>A generator of its own for one use. .NET keeps the numbers of a seeded <see cref="Random"/> across versions.</summary>
    public static Random Random(int seed, int purpose, long index) => new((int)Mix(Mix(Mix((ulong)seed) ^ (ulong)purpose) ^ (ulong)index));

    /// <summary>A number for a name, the same in every process: what is drawn for an image depends on nothing but the image.</summary>
    public static uint Of(string name) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    // SplitMix64's finaliser (Steele, Lea, Flood 2014): neighbouring inputs give unrelated outputs.
    private static ulong Mix(ulong x)
    {
        x += 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
}
