using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Vision.Tests.Imaging;

public sealed class ContactSheetTests
{
    private static readonly Image Grey = new(20, 20, [.. Enumerable.Repeat((byte)128, 1200)]);

    private static ContactSheetOptions Options(string? title = null)
    {
        var store = new ModelStore();
        return new ContactSheetOptions
        {
            Columns = 2, TileSize = 40, Title = title, Font = store.Get("font"),
            BoldFont = store.Get("font-bold")
        };
    }

    [Fact]
    public void Text_is_drawn_on_a_machine_without_fonts()
    {
        var without = ContactSheet.Draw([new(Grey, [" "])], Options());
        var with = ContactSheet.Draw([new(Grey, ["WWW"])], Options());
        Dark(without).ShouldBe(0);
        Dark(with).ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Tiles_lie_in_reading_order_and_a_long_title_is_not_cut()
    {
        var red = new Image(20, 20, [.. Enumerable.Repeat<byte[]>([200, 0, 0], 400).SelectMany(pixel => pixel)]);
        var sheet = ContactSheet.Draw([new(Grey, []), new(red, []), new(red, [])], Options());
        Pixel(sheet, 20, 20).ShouldBe((128, 128, 128));
        Pixel(sheet, 20 + 48, 20).ShouldBe((200, 0, 0));
        Pixel(sheet, 20, 20 + 48).ShouldBe((200, 0, 0));
        ContactSheet.Draw([new(Grey, [])], Options("a heading that is much wider than one tile")).Width.ShouldBeGreaterThan(300);
    }

    [Fact]
    public void A_mark_is_drawn_where_its_pixel_lies()
    {
        var sheet = ContactSheet.Draw([new(Grey, [], [(5, 10)])], Options());
        Pixel(sheet, 16 + 11, 16 + 21).ShouldBe((0, 0xe5, 0xff));
    }

    private static (int, int, int) Pixel(Image image, int x, int y) =>
        (image.Row(y)[3 * x], image.Row(y)[3 * x + 1], image.Row(y)[3 * x + 2]);

    private static int Dark(Image image)
    {
        var dark = 0;
        for (var i = 0; i < image.Pixels.Length; i += 3) if (image.Pixels[i] < 90) dark++;
        return dark;
    }
}
