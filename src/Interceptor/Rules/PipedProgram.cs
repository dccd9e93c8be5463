using System.Text;
using XenLoop.Native;

namespace XenLoop.Interceptor.Rules;

/// <summary>A running program, and our ends of the pipes that are its standard input, output and error.</summary>
internal sealed unsafe class PipedProgram : IDisposable
{
    private const int Output = 1;
    private const int Error = 2;

    private readonly FileDescriptor?[] _ends = new FileDescriptor?[3];
    private readonly MemoryStream[] _read = [new(), new(), new()];
    private readonly ReadOnlyMemory<byte> _input;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly int _process;
    private int _written;
    private bool _ended;

    /// <summary>Starts a program.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">The program's name for itself, and the arguments that follow.</param>
    /// <param name="environment">The program's whole environment, <c>NAME=VALUE</c>.</param>
    /// <param name="input">What the program reads on its standard input.</param>
    /// <exception cref="RuleException">It does not start.</exception>
    public PipedProgram(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string input)
    {
        _input = Encoding.UTF8.GetBytes(input);

        FileDescriptor?[] theirs = new FileDescriptor?[3];
        try
        {
            int error = 0;
            for (int stream = 0; stream < _ends.Length && error == 0; stream++)
            {
                error = OpenPipe(stream, theirs);
            }

            error = error != 0 ? error : ProgramStart.Start(path, arguments, environment, [theirs[0]!.Number, theirs[Output]!.Number, theirs[Error]!.Number], flags: 0, out _process);
            if (error != 0)
            {
                throw new RuleException($"{path} cannot be run: {Errno.Describe(error)}.");
            }
        }
        catch
        {
            Array.ForEach(_ends, static end => end?.Dispose());
            throw;
        }
        finally
        {
            Array.ForEach(theirs, static end => end?.Dispose());
        }
    }

    private bool IsSilent => _ends[Output] is null && _ends[Error] is null;

    /// <summary>Writes what the program takes and reads what it says, for at most so many milliseconds.</summary>
    /// <returns>How the program ended; null: not yet.</returns>
    public ProgramResult? Run(int milliseconds)
    {
        pollfd* polled = stackalloc pollfd[3];
        for (int stream = 0; stream < _ends.Length; stream++)
        {
            // The kernel passes negative ones over.
            polled[stream] = new pollfd { fd = _ends[stream]?.Number ?? -1, events = stream == 0 ? LibC.POLLOUT : LibC.POLLIN };
        }

        // Without output there is only its end to wait for, which is not long then.
        if (LibC.poll(polled, (ulong)_ends.Length, IsSilent ? 1 : milliseconds) > 0)
        {
            for (int stream = 0; stream < _ends.Length; stream++)
            {
                if (polled[stream].revents != 0 && !(stream == 0 ? TryWrite() : TryRead(stream)))
                {
                    _ends[stream]!.Dispose();
                    _ends[stream] = null;
                }
            }
        }

        // It may have closed its output long before its end.
        int status;
        if (!IsSilent || LibC.waitpid(_process, &status, LibC.WNOHANG) != _process)
        {
            return null;
        }

        _ended = true;
        int exitCode = (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
        return new ProgramResult(exitCode, Text(Output), Text(Error));
    }

    /// <summary>Kills the program if it has not ended.</summary>
    public void Dispose()
    {
        Array.ForEach(_ends, static end => end?.Dispose());
        if (!_ended)
        {
            _ = LibC.kill(_process, LibC.SIGKILL);

            // It may be in the midst of a system call that nothing ends. Then it stays as a zombie until we end.
            int tries = 100;
            while (LibC.waitpid(_process, null, LibC.WNOHANG) == 0 && --tries > 0)
            {
                Thread.Sleep(1);
            }
        }
    }

    private int OpenPipe(int stream, FileDescriptor?[] theirs)
    {
        int* ends = stackalloc int[2];
        if (LibC.pipe2(ends, LibC.O_CLOEXEC) != 0)
        {
            return LibC.LastError;
        }

        _ends[stream] = new FileDescriptor(ends[stream == 0 ? 1 : 0]);
        theirs[stream] = new FileDescriptor(ends[stream == 0 ? 0 : 1]);
        return LibC.fcntl(_ends[stream]!.Number, LibC.F_SETFL, LibC.O_NONBLOCK) == 0 ? 0 : LibC.LastError;
    }

    /// <summary>Writes some of the input; false: all is written, or the program does not want to know more. Its exit code and its words will say why.</summary>
    private bool TryWrite()
    {
        ReadOnlySpan<byte> rest = _input.Span[_written..];
        fixed (byte* bytes = rest)
        {
            nint written = rest.IsEmpty ? 0 : LibC.write(_ends[0]!.Number, bytes, (nuint)rest.Length);
            _written += (int)Math.Max(0, written);
            return _written < _input.Length && (written >= 0 || LibC.LastError is Errno.EAGAIN or Errno.EINTR);
        }
    }

    /// <summary>Reads what one of the streams holds; false: it has ended.</summary>
    private bool TryRead(int stream)
    {
        fixed (byte* bytes = _buffer)
        {
            nint read = LibC.read(_ends[stream]!.Number, bytes, (nuint)_buffer.Length);
            _read[stream].Write(_buffer, 0, (int)Math.Max(0, read));
            return read > 0 || (read < 0 && LibC.LastError is Errno.EAGAIN or Errno.EINTR);
        }
    }

    private string Text(int stream) => Encoding.UTF8.GetString(_read[stream].GetBuffer(), 0, (int)_read[stream].Length);
}
