using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Pfe.Vision.Networks;

/// <summary>
/// Counts who is using a session: disposing it while runs are under way lets them finish and frees the native session after the last one;
/// a run that begins later throws <see cref="ObjectDisposedException"/>. The counting is <see cref="SafeHandle"/>'s.
/// </summary>
internal sealed class SessionHandle : SafeHandle
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();

    public SessionHandle(InferenceSession session) : base(0, ownsHandle: true)
    {
        _session = session;
        SetHandle(1);
    }

    public override bool IsInvalid => false;

    /// <summary>The session, alive until <see cref="SafeHandle.DangerousRelease"/> is called for an <paramref name="added"/> of
    /// true.</summary>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public (InferenceSession Session, RunOptions Options) Enter(ref bool added)
    {
        DangerousAddRef(ref added);
        return (_session, _options);
    }

    protected override bool ReleaseHandle()
    {
        _options.Dispose();
        _session.Dispose();
        return true;
    }
}
