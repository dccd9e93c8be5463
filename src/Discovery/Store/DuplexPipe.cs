using System.IO.Pipelines;

namespace XenLoop.Discovery;

/// <summary>Both directions of a connection.</summary>
/// <param name="Input">From the other side.</param>
/// <param name="Output">To it.</param>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <summary>Over a stream, which closes when both directions are completed.</summary>
    public static DuplexPipe Over(Stream stream) => new(PipeReader.Create(stream), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));

    /// <summary>Two ends within this process.</summary>
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
