using System.Text;

namespace Pfe.Cli;

/// <summary>
/// Standard output, which may be a full disk, or closed. What cannot be written there is a failure like any other: one line and exit code
/// 1.
/// </summary>
internal sealed class GuardedWriter(Func<TextWriter> open) : TextWriter
{
    // Opened at the first word: a command that says nothing needs no output.
    private readonly Lazy<TextWriter> _inner = new(open);

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Do(writer => writer.Write(value));

    public override void Write(string? value) => Do(writer => writer.Write(value));

    public override void Write(char[] buffer, int index, int count) => Do(writer => writer.Write(buffer, index, count));

    public override void WriteLine(string? value) => Do(writer => writer.WriteLine(value));

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override void Flush() => Do(writer => writer.Flush());

    private void Do(Action<TextWriter> write)
    {
        try { write(_inner.Value); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new PfeException($"cannot write to standard output: {e.Message}", e);
        }
    }
}
