namespace Pfe.Cli.Commands;

/// <summary>Progress reported at once, on the thread that reports it: <see cref="Progress{T}"/> would print it late and out of
/// order.</summary>
internal sealed class SynchronousProgress<T>(Action<T> tell) : IProgress<T>
{
    public void Report(T value) => tell(value);
}
