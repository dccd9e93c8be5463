using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>One ssh connection that stays open, through which the test sends a file piece by piece, whenever it likes.</summary>
internal sealed class SshPipe : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly PatternFile _file;
    private readonly string _destination;
    private readonly BackgroundProcess _process;
    private readonly FileStream _source;
    private readonly FileStream _input;

    /// <summary>Connects to <paramref name="server"/> from <paramref name="client"/>.</summary>
    public SshPipe(Guest client, SshServer server, PatternFile file)
    {
        _file = file;
        _destination = file.Path + ".sent";
        string input = file.Path + ".pipe";
        Command.Run(["mkfifo", input]).Checked();
        _process = client.Start(
            "sh", "-c", $"exec ssh {string.Join(' ', server.ClientOptions)} {server.Guest.Address} 'cat > {_destination}' < {input}");
        _source = File.OpenRead(file.Path);

        // Returns when the shell has opened the other end; not exclusively, for the shell does the same.
        _input = new FileStream(input, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    /// <summary>Sends the next <paramref name="length"/> bytes and returns when they have arrived.</summary>
    public void Send(int length)
    {
        byte[] piece = new byte[length];
        _source.ReadExactly(piece);
        _input.Write(piece);
        Wait.Until(
            () => _process.HasExited || (File.Exists(_destination) && new FileInfo(_destination).Length == _source.Position),
            Limit,
            "a piece to arrive through ssh",
            () => _process.Log);
    }

    /// <summary>Closes the connection in good order and compares what has arrived with the file, all of which must have been sent.</summary>
    public void Complete()
    {
        _input.Dispose();
        Assert.Equal(0, _process.WaitForExit(Limit));
        _file.AssertCopied(_destination);
    }

    public void Dispose()
    {
        _process.Dispose();
        _source.Dispose();
        _input.Dispose();
    }
}
