using System.IO.Pipelines;

namespace XenLoop.Discovery;

/// <summary>Both directions of a connection.</summary>
/// <param name="Input">What comes from the other side.</param>
/// <param name="Output">What goes to the other side.</param>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <summary>Makes a pipe over a stream, which closes when both directions are completed.</summary>
    public static DuplexPipe Over(Stream stream) => new(PipeReader.Create(stream), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));

    /// <summary>Makes two ends that are connected within this process.</summary>
    public static (DuplexPipe Near, DuplexPipe Far) Pair()
    {
        Pipe there = new();
        Pipe back = new();
        return (new DuplexPipe(back.Reader, there.Writer), new DuplexPipe(there.Reader, back.Writer));
    }

    /// <summary>Completes both directions without sending what still waits: the other side may not be reading.</summary>
    public static async ValueTask EndAsync(IDuplexPipe pipe, string why)
    {
        // Completion with an exception is what keeps a stream's writer from a last flush.
        await pipe.Output.CompleteAsync(new IOException(why)).ConfigureAwait(false);
        await pipe.Input.CompleteAsync().ConfigureAwait(false);
    }
}
