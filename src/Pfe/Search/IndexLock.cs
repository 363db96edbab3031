using System.Diagnostics.CodeAnalysis;

namespace Pfe.Search;

/// <summary>
/// Searches of an index side by side, a change alone; after <see cref="Close"/>, which waits for both, neither begins.
/// </summary>
/// <param name="owner">The object that an exception names.</param>
[SuppressMessage("Design", "CA1001", Justification = "Who still waits for the lock must find it, to be told that the index is closed.")]
internal sealed class IndexLock(object owner)
{
    private readonly ReaderWriterLockSlim _lock = new();
    private bool _closed;

    /// <summary>Runs a search.</summary>
    /// <exception cref="ObjectDisposedException">The index is disposed of.</exception>
    public T Read<T>(Func<T> work)
    {
        _lock.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_closed, owner);
            return work();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>Runs a change.</summary>
    /// <exception cref="ObjectDisposedException">The index is disposed of.</exception>
    public T Write<T>(Func<T> work)
    {
        _lock.EnterWriteLock();
        try
        {
            ObjectDisposedException.ThrowIf(_closed, owner);
            return work();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>Runs a change.</summary>
    /// <exception cref="ObjectDisposedException">The index is disposed of.</exception>
    public void Write(Action work) => Write(() =>
    {
        work();
        return true;
    });

    /// <summary>Ends the index's use.</summary>
    /// <param name="free">Gives back what it holds; may run a second time.</param>
    public void Close(Action free)
    {
        _lock.EnterWriteLock();
        try
        {
            _closed = true;
            free();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }
}
