using XenLoop.Harness.Paths;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Harness.Tools;

/// <summary>sockperf's ping-pong: the round trips' distribution.</summary>
public static class Sockperf
{
    /// <summary>The smallest message that it sends, in bytes: its own header.</summary>
    public const int SmallestMessage = 14;

    private const int Port = 11111;
    private const int Attempts = 3;

    /// <summary>Exchanges messages of the smallest size.</summary>
    public static SockperfReport PingPong(GuestPath path, string protocol, int seconds)
    {
        string address = path.ServerAddress.ToString();
        string[] tcp = protocol == "tcp" ? ["--tcp"] : [];
        for (int attempt = 1; ; attempt++)
        {
            using Daemon server = Tool.Serve(path, Port, ["sockperf", "server", "-i", address, .. tcp]);

            // It does not count its first half second.
            CommandResult result = path.Client.Run(
                ["sockperf", "ping-pong", "-i", address, "-m", Tool.Text(SmallestMessage), "-t", Tool.Text(seconds + 1), "--full-rtt", .. tcp]);

            // On a computer with much other work, sockperf sometimes ends in its warm-up, or calls all its observations invalid,
            // on any path: it measures again.
            if (attempt == Attempts || SockperfReport.IsPresent(result.Output))
            {
                return SockperfReport.Parse(result.Output);
            }
        }
    }
}
