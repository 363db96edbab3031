using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// What the first page of an index file says and never changes: how faces are held, and of which model. Written by this version: 2. Version
/// 1 had no model, no ids but texts, no persons and one checksum for a whole segment; it is read, and rewritten as version 2 by the first
/// change.
/// </summary>
/// <param name="Version">1 or 2.</param>
/// <param name="Dimension">D.</param>
/// <param name="Store">How faces are held.</param>
/// <param name="Scale">The scale of every face in the file.</param>
/// <param name="HasShortlist">Whether every segment has the 8-bit blocks of the shortlist.</param>
/// <param name="ModelId">The model, null where it is not known.</param>
/// <param name="FileId">A number of this very file: a file written anew has another.</param>
internal sealed record IndexHead(int Version, int Dimension, BlockStore Store, VarianceScale Scale, bool HasShortlist, string? ModelId,
    Guid FileId)
{
    public const int PageSize = 4096;
    public const int NewestVersion = 2;
    public const int MaxDimension = 1 << 16;
    private const int MaxExponent = 60;
    private const int MaxModelId = 200;
    private const int Length1 = 32;
    private const int Length2 = 256;
    private const int Model = 48;
    private static ReadOnlySpan<byte> Magic => "PFEINDEX"u8;

    /// <summary>Reads and checks the head.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <param name="page">The first page, filled.</param>
    /// <exception cref="PfeException">Not an index, of a later version, or damaged.</exception>
    public static IndexHead Read(SafeFileHandle file, string path, Span<byte> page)
    {
        var read = RandomAccess.Read(file, page, 0);
        if (read < Length1 || !page[..8].SequenceEqual(Magic))
            throw new WrongFileKindException(path, PfeFileKind.Index, $"'{path}' is not an index of faces: it should begin with PFEINDEX");
        var version = BinaryPrimitives.ReadInt32LittleEndian(page[8..]);
        if (version is < 1 or > NewestVersion)
            throw new PfeException($"'{path}' is an index of version {version}; this program reads versions 1 to {NewestVersion}");
        if (read < PageSize) throw Damaged(path, $"it ends after {read} bytes, within its first page");
        var length = version == 1 ? Length1 : Length2;
        if (Crc32C.Of(page[..(length - 4)]) != BinaryPrimitives.ReadUInt32LittleEndian(page[(length - 4)..]))
            throw Damaged(path, "the checksum of its head does not match");
        var head = new IndexHead(version, BinaryPrimitives.ReadInt32LittleEndian(page[12..]),
            (BlockStore)BinaryPrimitives.ReadInt32LittleEndian(page[16..]),
            new VarianceScale(BinaryPrimitives.ReadInt32LittleEndian(page[20..])), version == 1, null, default);
        if (version > 1) head = head.WithModel(page, path);
        if (head.Dimension is < 1 or > MaxDimension) throw Damaged(path, $"it says that faces have {head.Dimension} dimensions");
        if (!Enum.IsDefined(head.Store)) throw Damaged(path, $"it says that faces are held in way {(int)head.Store}, which does not exist");
        if (Math.Abs((long)head.Scale.Exponent) > MaxExponent)
            throw Damaged(path, $"it says that faces are scaled by 2^{head.Scale.Exponent}");
        return head;
    }

    /// <summary>The first page of a new file, with empty slots.</summary>
    public byte[] Page()
    {
        var page = new byte[PageSize];
        Magic.CopyTo(page);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(8), NewestVersion);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(12), Dimension);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(16), (int)Store);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(20), Scale.Exponent);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(24), HasShortlist ? 1 : 0);
        var model = Encoding.UTF8.GetBytes(ModelId ?? "");
        if (model.Length > MaxModelId) throw new PfeException(
            $"the model's id has {model.Length} bytes; an index holds at most {MaxModelId}");
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(28), model.Length);
        FileId.TryWriteBytes(page.AsSpan(32));
        model.CopyTo(page.AsSpan(Model));
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(Length2 - 4), Crc32C.Of(page.AsSpan(0, Length2 - 4)));
        return page;
    }

    public static DamagedFileException Damaged(string path, string how) => new(path, $"'{path}' is damaged: {how}; build the index again");

    private IndexHead WithModel(ReadOnlySpan<byte> page, string path)
    {
        var (flags, model) = (BinaryPrimitives.ReadInt32LittleEndian(page[24..]), BinaryPrimitives.ReadInt32LittleEndian(page[28..]));
        if (flags is not (0 or 1)) throw Damaged(path, $"its head has flags {flags}");
        if (model is < 0 or > MaxModelId) throw Damaged(path, $"its model's id has {model} bytes");
        return this with
        {
            HasShortlist = flags == 1,
            ModelId = model == 0 ? null : Encoding.UTF8.GetString(page.Slice(Model, model)),
            FileId = new Guid(page.Slice(32, 16)),
        };
    }
}
