using System.Text;

namespace XenLoop.Interceptor.Commands;

/// <summary>What is said to people beside a command's output, and the log. That it cannot be said is no reason to end, or to leave undone what was asked for.</summary>
internal sealed class StandardError : TextWriter
{
    private readonly StreamWriter _output;

    /// <summary>Writes to descriptor 2, which must be open (<see cref="StandardDescriptors"/>).</summary>
    public StandardError() => _output = new StreamWriter(Console.OpenStandardError(), Encoding) { AutoFlush = true };

    /// <inheritdoc/>
    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        try
        {
            _output.Write(value);
        }
        catch (IOException)
        {
            // A full disk, or nobody reads it any more.
        }
    }

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));
}
