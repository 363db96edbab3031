using System.Diagnostics;
using Pfe.Evaluation.InsightFace;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.InsightFace;

/// <summary>Sets written by Python's own pickler; skipped where python3 is absent.</summary>
public sealed class PythonPickleTests
{
    // numpy need not be installed: stand-ins under numpy's names make the pickler write what numpy's own __reduce__ makes it write.
    private const string Script = """
        import pickle, sys, types
        protocol, kind, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        images = [bytes(range(256)) * 3 + bytes([n % 256]) for n in range(2400)]
        labels = [n % 3 != 1 for n in range(1200)]
        if kind != 'bytes':
            try:
                import numpy as np
                images = [np.frombuffer(image, dtype=np.uint8).copy() for image in images]
                labels = np.array(labels)
            except ImportError:
                multiarray, numeric, numpy = (types.ModuleType(n) for n in ('numpy.core.multiarray', 'numpy.core.numeric', 'numpy'))
                def named(function, module):
                    function.__module__ = module.__name__
                    setattr(module, function.__name__, function)
                    return function
                def _reconstruct(*a): pass
                def _frombuffer(*a): pass
                named(_reconstruct, multiarray); named(_frombuffer, numeric)
                class dtype:
                    def __init__(self, code): self.code = code
                    def __reduce__(self): return (dtype, (self.code, False, True), (3, '|', None, None, None, -1, -1, 0))
                class ndarray:
                    def __init__(self, code, data): self.code, self.data = code, data
                    def __reduce_ex__(self, protocol):
                        if protocol >= 5:
                            return (_frombuffer, (pickle.PickleBuffer(bytearray(self.data)), self.code, (len(self.data),), 'C'))
                        return (_reconstruct, (ndarray, (0,), b'b'), (1, (len(self.data),), self.code, False, bytes(self.data)))
                named(dtype, numpy); named(ndarray, numpy)
                dtype.__qualname__, ndarray.__qualname__ = 'dtype', 'ndarray'
                sys.modules.update({m.__name__: m for m in (numpy, multiarray, numeric)})
                sys.modules['numpy.core'] = types.ModuleType('numpy.core')
                u1, b1 = dtype('u1'), dtype('b1')
                images = [ndarray(u1, image) for image in images]
                labels = ndarray(b1, bytes(labels))
        with open(path, 'wb') as file: pickle.dump((images, labels), file, protocol=protocol)
        """;

    private static readonly string? Missing = Run("--version") ? null : "python3 is not on the path";

    public static TheoryData<int, string> Forms =>
        [.. from protocol in Enumerable.Range(0, 6) from kind in new[] { "bytes", "numpy" } select (protocol, kind)];

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_python_pickles_is_read_back(int protocol, string kind)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("write.py"), Script);
        var path = folder.File("cfp_fp.bin");
        Run(folder.File("write.py"), $"{protocol}", kind, path).ShouldBeTrue();
        var set = VerificationSet.Load(path);
        set.Count.ShouldBe(2400);
        for (var n = 0; n < set.Count; n++)
        {
            var image = set.Image(n).Span;
            (image.Length, image[5], image[700], image[^1]).ShouldBe((769, (byte)5, (byte)(700 % 256), (byte)(n % 256)));
        }
        set.Same.ShouldBe(Enumerable.Range(0, 1200).Select(n => n % 3 != 1));
    }

    private static bool Run(params string[] arguments)
    {
        try
        {
            using var python = Process.Start(
                new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            python.WaitForExit();
            return python.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
