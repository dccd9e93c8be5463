using System.Text;
using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>
/// What a command prints. That it cannot be printed is no fault of the program's, and is told as one of the caller's. A reader that is gone
/// (<c>| head</c>) is none: the console's stream ignores EPIPE.
/// </summary>
internal sealed class StandardOutput : TextWriter
{
    private readonly StreamWriter _output;

    /// <summary>Writes to descriptor 1.</summary>
    public StandardOutput() => _output = new StreamWriter(Console.OpenStandardOutput(), Encoding) { AutoFlush = true };

    /// <inheritdoc/>
    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    /// <exception cref="OutputException">It is closed, or what it leads to is full.</exception>
    public override void Write(string? value)
    {
        try
        {
            _output.Write(value);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Standard output cannot be written: {FailureText.Of(error)}. What should have been shown is lost; what was asked for may have been done.");
        }
    }

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));
}
