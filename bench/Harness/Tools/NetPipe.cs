using System.Globalization;
using XenLoop.Harness.Paths;
using XenLoop.Lab;

namespace XenLoop.Harness.Tools;

/// <summary>NetPIPE: messages of growing size to and fro.</summary>
public static class NetPipe
{
    private const int Port = 5002;

    /// <summary>Exchanges of each size, three times, the best of which it reports. Its own choice takes half a second each time.</summary>
    private const string Exchanges = "200";

    /// <summary>Largest message, in bytes.</summary>
    public const string Largest = "131072";

    /// <summary>
    /// Largest message both ways, each of two that are reported as one. Both sides send first, and a larger one than Open MPI sends unasked
    /// (<c>btl_tcp_eager_limit</c>, 64 KB with its header) waits for a receiver that waits likewise, for ever, on any path.
    /// </summary>
    private const string LargestUnasked = "32768";

    /// <summary>Over TCP.</summary>
    public static IReadOnlyList<NetPipePoint> Tcp(GuestPath path)
    {
        string output = Path.Combine(path.Host.Directory, "netpipe");
        using Daemon server = Tool.Serve(path, Port, ["NPtcp", .. Options(output + ".server")]);
        Tool.Run(path, 60, ["NPtcp", "-h", path.ServerAddress.ToString(), .. Options(output)]);
        return Parse(File.ReadAllText(output));
    }

    /// <summary>
    /// Over Open MPI: to and fro, as the netpipe-mpich of 2008 (figures 6 and 7); with <c>-s</c> streamed one way, with <c>-2</c> both ways at
    /// once, which is what the OSU benchmarks of figures 8 and 9 do (they are no Debian packages).
    /// </summary>
    public static IReadOnlyList<NetPipePoint> Mpi(GuestPath path, params IReadOnlyList<string> mode)
    {
        string output = Path.Combine(path.Host.Directory, "netpipe-mpi");
        MessagePassing.Run(path, ["NPopenmpi", .. mode, .. Options(output, mode.Contains("-2") ? LargestUnasked : Largest)]);
        return Parse(File.ReadAllText(output));
    }

    /// <summary>Reads the file that it writes: bytes, Mbit/s, and seconds for one way, in columns.</summary>
    /// <exception cref="LabException">It is another file.</exception>
    public static IReadOnlyList<NetPipePoint> Parse(string file)
    {
        List<NetPipePoint> points = [];
        foreach (string line in file.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length != 3
                || !double.TryParse(columns[0], CultureInfo.InvariantCulture, out double bytes)
                || !double.TryParse(columns[1], CultureInfo.InvariantCulture, out double rate)
                || !double.TryParse(columns[2], CultureInfo.InvariantCulture, out double seconds))
            {
                throw new LabException($"NetPIPE wrote something else than three columns: {line}");
            }

            points.Add(new NetPipePoint(bytes, rate, seconds * 1e6));
        }

        return points.Count > 0 ? points : throw new LabException("NetPIPE wrote nothing.");
    }

    /// <summary>Without perturbation: sizes are powers of two, and the half-way ones.</summary>
    private static string[] Options(string output, string largest = Largest) => ["-n", Exchanges, "-p", "0", "-u", largest, "-o", output];
}
