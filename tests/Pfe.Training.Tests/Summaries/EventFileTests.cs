using System.Text;
using Pfe.TestSupport;
using Pfe.Training.Runs;
using Pfe.Training.Summaries;

namespace Pfe.Training.Tests.Summaries;

public sealed class EventFileTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250);

    private static string Write(TemporaryFolder folder, params IEnumerable<int> steps)
    {
        var path = folder.File("events.out.tfevents.pfe");
        foreach (var step in steps)
            EventFile.Append(path, Time.AddSeconds(step), step, new Scalar("losses/loss", -step / 3.0), new Scalar("learning_rate", 1e-3));
        return path;
    }

    [Fact]
    public void The_first_record_names_the_version_and_the_others_hold_step_time_tags_and_values()
    {
        using var folder = new TemporaryFolder();
        var events = NaiveEventReader.Read(File.ReadAllBytes(Write(folder, 100, 300, 100_000)));
        events.Count.ShouldBe(4);
        (events[0].Version, events[0].Step, events[0].Values.Count).ShouldBe(("brain.Event:2", 0, 0));
        events.Skip(1).ShouldAllBe(e => e.Version == "");
        events.Select(e => e.WallTime).ShouldBe([1_700_000_100.25, 1_700_000_100.25, 1_700_000_300.25, 1_700_100_000.25]);
        events.Skip(1).Select(e => e.Step).ShouldBe([100, 300, 100_000]);
        events[2].Values.ShouldBe([("losses/loss", -100f), ("learning_rate", 1e-3f)]);
    }

    [Fact]
    public void A_training_summary_is_written_under_the_demos_tags()
    {
        using var folder = new TemporaryFolder();
        EventFile.Append(folder.File("tfevents"), Time, new Summary(200, -1500.5, 0.25, 1e-3, -7, 0.125, 800));
        var written = NaiveEventReader.Read(File.ReadAllBytes(folder.File("tfevents")))[1];
        written.Step.ShouldBe(200);
        written.Values.ShouldBe([("losses/loss", -1500.5f), ("losses/reg_loss", 0.25f), ("learning_rate", 1e-3f),
            ("sigma/mean_log_variance", -7f), ("sigma/spread", 0.125f), ("images_per_second", 800f)]);
    }

    [Fact]
    public void The_naive_readers_checksum_is_the_published_one() =>
        NaiveEventReader.Crc32C("123456789"u8).ShouldBe(0xe3069283u);

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(-1)]
    public void A_changed_byte_anywhere_breaks_a_checksum(int at)
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(Write(folder, 7));
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        Should.Throw<InvalidDataException>(() => NaiveEventReader.Read(bytes));
    }

    [Fact]
    public void A_resumed_run_forgets_later_steps_and_writes_the_same_file_as_an_unbroken_one()
    {
        using var folder = new TemporaryFolder();
        var unbroken = File.ReadAllBytes(Write(folder, 100, 200, 300, 400));
        using var other = new TemporaryFolder();
        var path = Write(other, 100, 200, 300);
        EventFile.TruncateAfter(path, 250);
        NaiveEventReader.Read(File.ReadAllBytes(path)).Select(e => e.Step).ShouldBe([0, 100, 200]);
        Write(other, 300, 400);
        File.ReadAllBytes(path).ShouldBe(unbroken);
    }

    [Fact]
    public void A_record_that_was_torn_when_the_run_was_killed_is_cut_off()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, 100, 200);
        var whole = File.ReadAllBytes(path);
        Write(folder, 300);
        for (var cut = whole.Length + 1; cut < File.ReadAllBytes(path).Length; cut += 9)
        {
            using var torn = new TemporaryFolder();
            File.WriteAllBytes(torn.File("tfevents"), File.ReadAllBytes(path)[..cut]);
            EventFile.TruncateAfter(torn.File("tfevents"), 1000);
            File.ReadAllBytes(torn.File("tfevents")).ShouldBe(whole);
        }
    }

    [Fact]
    public void Values_that_are_not_finite_are_kept_as_they_are()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("tfevents");
        EventFile.Append(path, Time, 1, new Scalar("a", double.NaN), new Scalar("b", double.NegativeInfinity));
        NaiveEventReader.Read(File.ReadAllBytes(path))[1].Values.ShouldBe([("a", float.NaN), ("b", float.NegativeInfinity)]);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<PfeException>(() => EventFile.Append(folder.Path, Time, 1, new Scalar("a", 1))).Message.ShouldContain(folder.Path);
    }
}

/// <summary>Reads event files from the formats' definitions, one bit of the checksum at a time.</summary>
internal static class NaiveEventReader
{
    public sealed record Event(double WallTime, long Step, string Version, List<(string Tag, float Value)> Values);

    public static List<Event> Read(byte[] file)
    {
        var events = new List<Event>();
        for (var at = 0; at < file.Length;)
        {
            var length = checked((int)BitConverter.ToUInt64(file, at));
            Check(file.AsSpan(at, 8), BitConverter.ToUInt32(file, at + 8));
            Check(file.AsSpan(at + 12, length), BitConverter.ToUInt32(file, at + 12 + length));
            events.Add(Parse(file.AsSpan(at + 12, length)));
            at += 16 + length;
        }
        return events;
    }

    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }
        return ~crc;
    }

    private static void Check(ReadOnlySpan<byte> bytes, uint masked)
    {
        var crc = Crc32C(bytes);
        if (masked != unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8)) throw new InvalidDataException("checksum");
    }

    private static Event Parse(ReadOnlySpan<byte> message)
    {
        var (time, step, version, values) = (0.0, 0L, "", new List<(string, float)>());
        foreach (var (field, number, bytes) in Fields(message))
        {
            if (field == 1) time = BitConverter.ToDouble(bytes);
            else if (field == 2) step = (long)number;
            else if (field == 3) version = Encoding.UTF8.GetString(bytes);
            else if (field == 5) values.AddRange(Fields(bytes).Select(value => Scalar(value.Bytes)));
            else throw new InvalidDataException($"field {field}");
        }
        return new Event(time, step, version, values);
    }

    private static (string, float) Scalar(byte[] message)
    {
        var fields = Fields(message);
        fields.Select(field => field.Number).ShouldBe([1, 2]);
        return (Encoding.UTF8.GetString(fields[0].Bytes), BitConverter.ToSingle(fields[1].Bytes));
    }

    private static List<(int Number, ulong Varint, byte[] Bytes)> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new List<(int, ulong, byte[])>();
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            var kind = key & 7;
            var number = kind == 0 ? Varint(message, ref at) : 0;
            var length = kind switch
            {
                0 =>
                0,
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"wire type {kind}")
            };
            fields.Add(((int)(key >> 3), number, message.Slice(at, length).ToArray()));
            at += length;
        }
        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
