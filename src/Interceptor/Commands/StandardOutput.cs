using System.Text;

namespace XenLoop.Interceptor.Commands;

/// <summary>What a command prints. That it cannot be printed is no fault of the program's, and is told as one of the caller's.</summary>
internal sealed class StandardOutput : TextWriter
{
    private StreamWriter? _output;

    /// <inheritdoc/>
    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    /// <exception cref="OutputException">It is closed, or what it leads to is full.</exception>
    public override void Write(string? value)
    {
        try
        {
            // Opened late: a closed descriptor shows here.
            _output ??= new StreamWriter(Console.OpenStandardOutput(), Encoding) { AutoFlush = true };
            _output.Write(value);
        }
        catch (IOException error)
        {
            throw new OutputException($"Standard output cannot be written: {error.Message}. What should have been shown is lost.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new OutputException("Standard output is closed. What should have been shown is lost.");
        }
    }

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));
}
