using TorchSharp;

namespace Pfe.Training.Tests;

public sealed class LibTorchTests
{
    [Fact]
    public void Libtorch_loads_on_this_system_and_computes()
    {
        using var x = torch.arange(1f, 4f, 1f);
        using var sum = x.mul(x).sum();
        sum.item<float>().ShouldBe(14f);
    }
}
