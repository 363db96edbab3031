using Pfe.GpuCheck;
using Pfe.Search;
using Pfe.Tests.Scoring;
using Pfe.TestSupport;

namespace Pfe.Gpu.Tests;

/// <summary>Which device an index is searched on, and what is said when it cannot be.</summary>
public sealed class DeviceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _said = [];

    public DeviceTests()
    {
        using var faces = RandomFaces.Create(20, 16, 1);
        FileIndex.Build(IndexPath, [faces]);
    }

    private string IndexPath => _folder.File("people.pfi");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_card_that_is_not_there_is_one_line_that_says_what_is_missing()
    {
        using var none = new EmulatedCards(0);
        Error(none, ComputeDevice.Cuda(1)).ShouldBe("device 'cuda:1' cannot be used: none is emulated");
        using var two = new EmulatedCards(2);
        Error(two, ComputeDevice.Cuda(2))
            .ShouldBe("device 'cuda:2' cannot be used: this machine has cuda:0 (emulated 0), cuda:1 (emulated 1)");
    }

    [Fact]
    public void Without_a_driver_the_line_names_its_library()
    {
        var source = Cards.CudaCards.Shared;
        if (source.Names.Count > 0) Assert.Skip("this machine has a card");
        source.Missing.ShouldContain("driver");
        Should.Throw<DeviceUnavailableException>(() => GpuIndex.Open(IndexPath, new GpuOptions { Devices = [ComputeDevice.Cuda()] }))
            .Message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData(0, "is searched on cpu (none is emulated)")]
    [InlineData(1, "is searched on cuda:0 (emulated 0)")]
    public void Auto_takes_a_card_where_there_is_one_and_says_what_it_took(int count, string said)
    {
        using var cards = new EmulatedCards(count);
        using (Open(cards, ComputeDevice.Auto)) cards.Rented.ShouldBe(count);
        _said.ShouldBe([$"device auto: '{IndexPath}' {said}"]);
        cards.Rented.ShouldBe(0);
    }

    [Fact]
    public void The_processor_needs_no_card()
    {
        using var cards = new EmulatedCards(1);
        using (var index = Open(cards, ComputeDevice.Cpu)) index.Count.ShouldBe(20);
        (cards.Rented, _said.Count).ShouldBe((0, 0));
    }

    [Fact]
    public void Devices_that_exclude_each_other_are_refused()
    {
        using var cards = new EmulatedCards(2);
        foreach (ComputeDevice[] devices in (ComputeDevice[][])[[], [ComputeDevice.Cpu, ComputeDevice.Cuda()],
            [ComputeDevice.Auto, ComputeDevice.Auto], [ComputeDevice.Cuda(1), ComputeDevice.Cuda(1)]])
            Should.Throw<InvalidConfigurationException>(() => Open(cards, devices)).Setting.ShouldBe("devices");
    }

    [Fact]
    public void Faces_with_more_dimensions_than_the_kernels_take_are_the_processors()
    {
        using var faces = RandomFaces.Create(3, 1040, 1);
        FileIndex.Build(IndexPath, [faces]);
        using var cards = new EmulatedCards(1);
        Error(cards, ComputeDevice.Cuda()).ShouldContain("has 1040 dimensions, and the card's kernels take up to 1024");
        using var index = Open(cards, ComputeDevice.Auto);
        index.SearchFaces(faces[1])[0].Id.ShouldBe("face 1");
    }

    private string Error(EmulatedCards cards, ComputeDevice device)
    {
        var message = Should.Throw<DeviceUnavailableException>(() => Open(cards, device)).Message;
        message.ShouldNotContain("\n");
        return message;
    }

    private FileIndex Open(EmulatedCards cards, params ComputeDevice[] devices) =>
        GpuIndex.Open(IndexPath, new GpuOptions { Devices = devices, Messages = new Listener(_said) }, cards, CancellationToken.None);

    private sealed class Listener(List<string> said) : IProgress<string>
    {
        public void Report(string value) => said.Add(value);
    }
}
