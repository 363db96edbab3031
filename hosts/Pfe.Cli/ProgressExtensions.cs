using System.Diagnostics;
using Pfe.Vision.Faces;

namespace Pfe.Cli;

/// <summary>What is said on standard error while a command works; written at once, unlike <see cref="Progress{T}"/>, so that lines keep
/// their order.</summary>
internal static class ProgressExtensions
{
    /// <summary>One line a message.</summary>
    public static IProgress<string> Progress(this Terminal terminal) => new SynchronousProgress<string>(terminal.Say);

    /// <summary>Every few seconds a line that says how far a run over images is and how long it will take.</summary>
    /// <param name="terminal">Where to speak.</param>
    /// <param name="verb">What is done to the images, in the past tense.</param>
    public static IProgress<ImageProgress> ImageProgress(this Terminal terminal, string verb) => new Images(terminal, verb);

    private sealed class Images(Terminal terminal, string verb) : IProgress<ImageProgress>
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly Lock _lock = new();
        private TimeSpan _next = Pause;
        private int _start = -1;

        public void Report(ImageProgress value)
        {
            lock (_lock)
            {
                // What an earlier run did does not count for the speed of this one.
                if (_start < 0) _start = value.Done;
                if (_clock.Elapsed < _next) return;
                _next = _clock.Elapsed + Pause;
                var rate = (value.Done - _start) / _clock.Elapsed.TotalSeconds;
                var left = rate > 0 ? $", {rate:0} images/s, {TimeSpan.FromSeconds((value.Total - value.Done) / rate):h\\:mm\\:ss} left"
                    : "";
                terminal.Say($"{verb} {value.Done} of {value.Total}{(value.Failed > 0 ? $" ({value.Failed} failed)" : "")}{left}");
            }
        }
    }
}
