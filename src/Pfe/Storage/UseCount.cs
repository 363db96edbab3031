namespace Pfe.Storage;

/// <summary>
/// Native memory and who reads it: it is given back when its owner has disposed of it and the last reader is out, and nobody gets in after
/// that. Disposing never waits, and never pulls memory away from under a reader.
/// </summary>
/// <param name="free">Gives the memory back; called once.</param>
internal sealed class UseCount(Action free)
{
    private int _users = 1;
    private int _closed;

    /// <summary>Whether the owner has disposed of it.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Keeps the memory until the result is disposed of.</summary>
    /// <param name="owner">The object that an exception names.</param>
    /// <exception cref="ObjectDisposedException">Its owner has disposed of it.</exception>
    public Use Enter(object owner)
    {
        ObjectDisposedException.ThrowIf(!TryEnter(), owner);
        return new Use(this);
    }

    /// <summary>Whether the memory is there, and stays until <see cref="Exit"/>.</summary>
    public bool TryEnter()
    {
        if (IsClosed) return false;
        for (var users = Volatile.Read(ref _users); users > 0;)
        {
            var before = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (before == users) return true;
            users = before;
        }
        return false;
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _users) == 0) free();
    }

    /// <summary>Ends the owner's use; a second time it does nothing.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) Exit();
    }

    /// <summary>One reader's stay.</summary>
    public readonly struct Use(UseCount? count) : IDisposable
    {
        public void Dispose() => count?.Exit();
    }
}
