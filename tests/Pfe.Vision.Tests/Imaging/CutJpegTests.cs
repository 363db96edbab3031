using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Imaging;

public sealed class CutJpegTests
{
    [Fact]
    public void A_jpeg_that_lacks_its_end_marker_only_is_the_same_picture()
    {
        var whole = ImageEncoder.Encode(Drawn.Noise(64, 48, 3), ".jpg");
        whole[^2..].ShouldBe(new byte[] { 0xFF, 0xD9 });
        Image.Decode(whole.AsSpan(0, whole.Length - 2), "cut").Pixels.ToArray().ShouldBe(Image.Decode(whole, "whole").Pixels.ToArray());
        Image.Decode(whole.AsSpan(0, whole.Length - 1), "cut").Pixels.ToArray().ShouldBe(Image.Decode(whole, "whole").Pixels.ToArray());
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void A_jpeg_that_lacks_more_is_refused(double share)
    {
        var whole = ImageEncoder.Encode(Drawn.Noise(64, 48, 3), ".jpg");
        Should.Throw<UnreadableImageException>(() => Image.Decode(whole.AsSpan(0, (int)(share * whole.Length)), "cut"))
            .Reason.ShouldBe("the file is truncated");
    }

    [Theory]
    [InlineData("ftypheic", "HEIC")]
    [InlineData("ftypavif", "AVIF")]
    [InlineData("II*\0", "TIFF")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "Git LFS")]
    public void A_format_that_is_not_read_is_named_with_what_would_be_right(string start, string name)
    {
        var text = System.Text.Encoding.Latin1.GetBytes(start.StartsWith("ftyp", StringComparison.Ordinal)
            ? "\0\0\0\u0018" + start + "\0\0\0\0mif1" : start);
        Should.Throw<UnreadableImageException>(() => Image.Decode(text, "a")).Reason.ShouldContain(name);
    }
}
