using Pfe.Training.Features;
using Pfe.Training.Runs;

namespace Pfe.Training;

/// <summary>What a run tells while it goes on.</summary>
public abstract record TrainingEvent
{
    private TrainingEvent() { }

    /// <summary>A line for the user.</summary>
    /// <param name="Text">The line.</param>
    public sealed record Note(string Text) : TrainingEvent;

    /// <summary>The feature cache grows.</summary>
    /// <param name="Progress">How far it is.</param>
    public sealed record Caching(CacheProgress Progress) : TrainingEvent;

    /// <summary>A summary interval has passed.</summary>
    /// <param name="Summary">Where the run stands.</param>
    /// <param name="Steps">All steps of the run.</param>
    /// <param name="Left">Estimated time left.</param>
    public sealed record Stepped(Summary Summary, int Steps, TimeSpan Left) : TrainingEvent;

    /// <summary>The head was measured on the classes that are set aside.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Rows">MLS against cosine.</param>
    public sealed record Measured(int Step, IReadOnlyList<HeldOutRow> Rows) : TrainingEvent;
}

/// <summary>What a finished run leaves.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Loss">Loss of the last step.</param>
/// <param name="SigmaSpread">Standard deviation over the last batch's faces of their mean log sigma^2.</param>
/// <param name="Recoveries">How often it went back to an earlier state.</param>
/// <param name="BasePasses">Times the base network ran on an image in this process; 0 when the features were cached.</param>
/// <param name="CacheSeconds">Time for the features.</param>
/// <param name="TrainingSeconds">Time for the steps, measuring included.</param>
/// <param name="HeldOut">The last held-out table; empty without held-out classes.</param>
public sealed record TrainingResult(
    RunFolder Folder, int Steps, double Loss, double SigmaSpread, int Recoveries, long BasePasses, double CacheSeconds,
    double TrainingSeconds, IReadOnlyList<HeldOutRow> HeldOut);
