using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pfe.Gallery.Storage;

/// <summary>A part of a statement that is written as it is: a list of columns.</summary>
internal readonly record struct Sql(string Text);

/// <summary>
/// One connection inside one transaction. Statements are written as interpolated strings whose holes become parameters, so that no value
/// ever becomes part of a statement; the same text runs on every store.
/// </summary>
internal sealed class StoreSession(DbConnection connection, DbTransaction transaction)
{
    /// <summary>The connection, for what only one kind of store can do.</summary>
    public DbConnection Connection => connection;

    /// <summary>Runs a statement; returns the number of rows it changed.</summary>
    public async Task<int> ExecuteAsync(FormattableString sql, CancellationToken cancellation)
    {
        var command = Command(sql);
        await using var closed = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Every row of a query.</summary>
    public async Task<List<T>> QueryAsync<T>(FormattableString sql, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        var rows = new List<T>();
        await foreach (var row in StreamAsync(sql, read, cancellation).ConfigureAwait(false)) rows.Add(row);
        return rows;
    }

    /// <summary>Rows one by one, for results that should not be in memory at once.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(FormattableString sql, Func<DbDataReader, T> read,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var command = Command(sql);
        await using var commandClosed = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using var readerClosed = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) yield return read(reader);
    }

    /// <summary>The first row, or the type's default where there is none.</summary>
    public async Task<T?> FirstAsync<T>(FormattableString sql, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        var command = Command(sql);
        await using var commandClosed = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using var readerClosed = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false) ? read(reader) : default;
    }

    /// <summary>A query's one whole number.</summary>
    public Task<long> NumberAsync(FormattableString sql, CancellationToken cancellation) =>
        FirstAsync(sql, reader => reader.IsDBNull(0) ? 0 : reader.GetInt64(0), cancellation);

    /// <summary>Runs a script of this library's own.</summary>
    public async Task ScriptAsync(string script, CancellationToken cancellation)
    {
        var command = connection.CreateCommand();
        await using var closed = command.ConfigureAwait(false);
        command.Transaction = transaction;
#pragma warning disable CA2100 // never holds a value
        command.CommandText = script;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private DbCommand Command(FormattableString sql)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        var values = sql.GetArguments();
        var names = new object[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is Sql part)
            {
                names[i] = part.Text;
                continue;
            }
            names[i] = $"@p{i}";
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i}", Stored(values[i]));
            command.Parameters.Add(parameter);
        }
        // Every hole is a parameter's name here, and every literal is this library's own.
#pragma warning disable CA2100
        command.CommandText = string.Format(CultureInfo.InvariantCulture, sql.Format, names);
#pragma warning restore CA2100
        return command;
    }

    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        Enum name => name.ToString(),
        bool flag => flag ? 1L : 0L,
        int number => (long)number,
        _ => value,
    };
}
