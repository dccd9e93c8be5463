using System.Text;

namespace XenLoop.Interceptor.Commands;

/// <summary>Standard output or error, with a say in what becomes of a failure: <see cref="Console"/>'s own writers throw where nobody expects it.</summary>
/// <param name="stream">Of a descriptor that is open (<see cref="StandardDescriptors"/>). A reader that is gone is not a failure: the console's streams ignore EPIPE.</param>
/// <param name="failed">Told of a full disk (<see cref="IOException"/>), a descriptor that is not for writing (<see cref="UnauthorizedAccessException"/>), and the like.</param>
internal sealed class StandardStream(Stream stream, Action<Exception> failed) : TextWriter
{
    private readonly StreamWriter _output = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>Standard output: what a command prints. That it cannot be printed is told as the caller's fault, not the program's.</summary>
    public static StandardStream Output() => new(Console.OpenStandardOutput(), static error => throw new OutputException(error));

    /// <summary>Standard error: what is said to people beside a command's output, and the log. That it cannot be said is not a reason to end, or to leave undone what was asked for.</summary>
    public static StandardStream Error() => new(Console.OpenStandardError(), static _ => { });

    /// <inheritdoc/>
    public override Encoding Encoding => _output.Encoding;

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        try
        {
            _output.Write(value);
        }
        catch (Exception error)
        {
            // Of any kind: a file that has reached its size limit (EFBIG), say, becomes an ArgumentOutOfRangeException.
            failed(error);
        }
    }

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));
}
