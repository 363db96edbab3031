using Pfe.Search;

namespace Pfe.Tests.Search;

public sealed class IdTests
{
    [Fact]
    public void A_number_and_its_digits_are_different_ids()
    {
        FaceId number = 7, text = "7";
        (number == text).ShouldBeFalse();
        number.ToString().ShouldBe(text.ToString());
        ((PersonId)7).StableHash().ShouldNotBe(((PersonId)"7").StableHash());
        (number.Number, number.Text, text.Number, text.Text).ShouldBe((7, null, null, "7"));
        PersonId.Of(number).ShouldBe(7);
        PersonId.Of(text).ShouldBe("7");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void A_text_that_a_file_of_ids_cannot_hold_is_refused(string text)
    {
        Should.Throw<ArgumentException>(() => new FaceId(text));
        Should.Throw<ArgumentException>(() => new PersonId(text));
    }

    [Fact]
    public void Ids_come_back_from_their_bytes_and_damaged_bytes_do_not()
    {
        foreach (var (text, number) in new (string?, long)[] { ("photos/ännchen.jpg", 0), ("x", 0), (null, 0), (null, long.MinValue) })
        {
            IdText.TryRead(IdText.Bytes(text, number), out var textBack, out var numberBack).ShouldBeTrue();
            (textBack, numberBack).ShouldBe((text, number));
        }
        foreach (var bytes in new byte[][] { [], [0], [0, 1, 2, 3, 4, 5, 6, 7], [0xFF, 0xFE], [65, 0], [65, 10] })
            IdText.TryRead(bytes, out _, out _).ShouldBeFalse();
        Should.Throw<PfeException>(() => IdText.Bytes("\uD800", 0));
    }

    [Fact]
    public void A_persons_hash_is_the_same_for_ever_and_spreads_persons_evenly_over_shards()
    {
        // The first 8 bytes of SHA-256("ann"), as any tool computes it.
        ((PersonId)"ann").StableHash().ShouldBe(BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData("ann"u8)));
        var shards = new int[7];
        for (var i = 0; i < 7000; i++) shards[((PersonId)i).Shard(7)]++;
        shards.ShouldAllBe(count => count > 850 && count < 1150);
    }
}
