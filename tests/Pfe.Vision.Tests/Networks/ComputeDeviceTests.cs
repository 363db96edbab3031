using Microsoft.ML.OnnxRuntime;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Vision.Tests.Networks;

public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("auto", "auto")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("cuda:3", "cuda:3")]
    public void A_device_is_read_and_written(string text, string written) => ComputeDevice.Parse(text).ToString().ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1.5")]
    [InlineData("CUDA")]
    public void Anything_else_is_refused_with_what_would_be_right(string text)
    {
        var error = Should.Throw<InvalidConfigurationException>(() => ComputeDevice.Parse(text));
        error.Value.ShouldBe(text);
        error.Message.ShouldContain("cpu, cuda, cuda:N");
    }

    [Fact]
    public void Without_the_provider_a_card_is_refused_in_one_line_that_says_what_is_missing()
    {
        var error = Should.Throw<DeviceUnavailableException>(() => Open(ComputeDevice.Cuda(1), new Providers()));
        error.Device.ShouldBe(ComputeDevice.Cuda(1));
        error.Message.ShouldContain("device 'cuda:1' cannot be used: this build has no CUDA provider");
        error.Message.ShouldNotContain("\n");
    }

    [Fact]
    public void With_the_provider_but_without_CUDA_the_message_names_what_is_needed()
    {
        var error = Should.Throw<DeviceUnavailableException>(() =>
            Open(ComputeDevice.Cuda(),
                new Providers("CUDAExecutionProvider") { Fails = new DllNotFoundException("libcudart.so.13\nmore") }));
        error.Reason.ShouldBe("CUDA 13, cuDNN 9 and a driver for them are needed; ONNX Runtime says: libcudart.so.13");
        error.InnerException.ShouldBeOfType<DllNotFoundException>();
    }

    [Fact]
    public void Auto_takes_the_processor_where_there_is_no_card_and_says_why()
    {
        var said = new List<string>();
        using var session = Open(ComputeDevice.Auto, new Providers(), said);
        session.Device.ShouldBe(ComputeDevice.Cpu);
        said.ShouldHaveSingleItem().ShouldContain("runs on cpu (this build has no CUDA provider");
    }

    [Theory]
    [InlineData(false, "0")]
    [InlineData(true, "1")]
    public void A_card_gets_its_number_and_no_TF32_unless_allowed(bool allow, string tf32)
    {
        // The stub adds no provider, so the session that comes out runs on the processor after all; what it was asked for is what counts
        // here.
        var providers = new Providers("CUDAExecutionProvider");
        var said = new List<string>();
        using var session = Open(ComputeDevice.Cuda(2), providers, said, allow);
        session.Device.ShouldBe(ComputeDevice.Cuda(2));
        providers.Settings.ShouldNotBeNull().ShouldBe(new Dictionary<string, string> { ["device_id"] = "2", ["use_tf32"] = tf32 });
        said.ShouldBeEmpty();
    }

    [Fact]
    public void On_a_card_the_embeddings_are_the_processors_within_4e_7()
    {
        var store = Needs.Store();
        try
        {
            using var card = new FaceEmbedder(DefaultModel.Load(store), new NetworkOptions { Device = ComputeDevice.Cuda() });
            using var processor = new FaceEmbedder(DefaultModel.Load(store));
            var face = Drawn.Noise(112, 112, 1);
            var (a, b) = (card.EmbedAligned(face).Embedding, processor.EmbedAligned(face).Embedding);
            for (var i = 0; i < a.Dimension; i++)
            {
                a.Mu[i].ShouldBe(b.Mu[i], 1e-6f);
                a.LogVariance[i].ShouldBe(b.LogVariance[i], 1e-5f);
            }
        }
        catch (DeviceUnavailableException e)
        {
            Assert.Skip($"no card: {e.Reason}");
        }
    }

    private static NetworkSession Open(ComputeDevice device, IExecutionProviders providers, List<string>? said = null, bool tf32 = false)
    {
        var model = Needs.Store().Read("landmarks");
        var options = new NetworkOptions { Device = device, AllowTf32 = tf32, Messages = said is null ? null : new Listener(said) };
        return new NetworkSession("landmarks", model.Bytes.ToArray(), [1, 64, 64], null, options, providers);
    }

    private sealed class Listener(List<string> said) : IProgress<string>
    {
        public void Report(string value) => said.Add(value);
    }

    private sealed class Providers(params string[] available) : IExecutionProviders
    {
        public Exception? Fails { get; init; }

        public IReadOnlyDictionary<string, string>? Settings { get; private set; }

        public IReadOnlyCollection<string> Available { get; } = available;

        public void AppendCuda(SessionOptions options, IReadOnlyDictionary<string, string> settings)
        {
            if (Fails is not null) throw Fails;
            Settings = settings;
        }
    }
}
