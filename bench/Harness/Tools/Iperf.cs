using XenLoop.Harness.Paths;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Harness.Tools;

/// <summary>iperf3, with cubic: with bbr, a common default, it measures the pacing of bbr.</summary>
public static class Iperf
{
    private const int Port = 5201;

    /// <summary>TCP.</summary>
    /// <param name="path">By which way.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="streams">At the same time.</param>
    /// <param name="length">Bytes per write; <see langword="null"/>: iperf3's own, 128 KB.</param>
    /// <param name="both">In both directions at the same time.</param>
    public static IperfReport Stream(GuestPath path, int seconds, int streams = 1, double? length = null, bool both = false) => Run(
        path,
        seconds,
        ["-C", "cubic", "-P", Tool.Text(streams), .. length is { } bytes ? (string[])["-l", Tool.Text(bytes)] : [], .. both ? (string[])["--bidir"] : []]);

    /// <summary>UDP, as fast as the sender can.</summary>
    public static IperfReport Datagrams(GuestPath path, int seconds, double length) =>
        Run(path, seconds, ["-u", "-b", "0", "-l", Tool.Text(length)]);

    /// <summary>TCP from the client's guest to several others at the same time.</summary>
    /// <returns>What all of them received together, bit/s.</returns>
    public static double StreamToEach(GuestPath path, int seconds, IReadOnlyList<Guest> servers)
    {
        List<Daemon> daemons = [];
        try
        {
            foreach (Guest server in servers)
            {
                daemons.Add(new Daemon(server, "root", ["iperf3", "-s", "-1"]));
            }

            daemons.ForEach(d => d.WaitUntilListening(Port));
            string each = string.Join('\n', servers.Select(s => $"iperf3 -J -C cubic -t {Tool.Text(seconds)} -c {s.Address} >\"$1/{s.Name}\" &"));
            Tool.Run(path, seconds, "sh", "-ec", each + "\nwait", "sh", path.Host.Directory);
            return servers.Sum(s => IperfReport.Parse(File.ReadAllText(Path.Combine(path.Host.Directory, s.Name))).ReceivedBitsPerSecond);
        }
        finally
        {
            daemons.ForEach(d => d.Dispose());
        }
    }

    private static IperfReport Run(GuestPath path, int seconds, string[] options)
    {
        using Daemon server = Tool.Serve(path, Port, "iperf3", "-s", "-1");
        return IperfReport.Parse(Tool.Run(path, seconds, ["iperf3", "-J", "-c", path.ServerAddress.ToString(), "-t", Tool.Text(seconds), .. options]));
    }
}
