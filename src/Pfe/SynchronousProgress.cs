namespace Pfe;

/// <summary>Progress reported at once, on the thread that reports it: <see cref="Progress{T}"/> would report it late and out of
/// order.</summary>
internal sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
