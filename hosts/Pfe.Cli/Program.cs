using System.Runtime.CompilerServices;

namespace Pfe.Cli;

internal static class Program
{
    public static int Main(string[] args) => LastWord.Of(() => Run(args));

    // Not inlined: what it names is loaded when it is called, where a failure is said.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(string[] args) => PfeApplication
        .RunAsync(args, new GuardedWriter(() => Console.Out), Console.Error, CancellationToken.None).GetAwaiter().GetResult();
}
