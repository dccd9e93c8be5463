using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>What is for everybody is none of XenLoop's business: it takes the standard path, and arrives.</summary>
public sealed class MulticastTests(Machine machine)
{
    private const int Port = 5000;

    /// <summary>So many of these fit into a socket's default buffer that none is lost to a slow receiver.</summary>
    private const int Datagrams = 50;
    private const int DatagramLength = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("multicast", "239.1.2.3", "ip-multicast-if=10.77.0.1", ",ip-add-membership=239.1.2.3:10.77.0.2")]
    [InlineData("broadcast", "10.77.0.255", "broadcast", "")]
    public void It_arrives_by_the_standard_path(string kind, string destination, string senderOption, string receiverOption)
    {
        using Trial trial = machine.Begin($"{kind} (socat)", "socat");
        PatternFile file = trial.NewFile("file", Datagrams * DatagramLength);
        string copy = trial.In("copy");
        trial.Serve(Port, "socat", "-u", $"UDP4-RECV:{Port}{receiverOption}", $"CREATE:{copy}");
        trial.Ask("socat", "-u", "-b", $"{DatagramLength}", $"OPEN:{file.Path}", $"UDP4-DATAGRAM:{destination}:{Port},{senderOption}");
        Wait.Until(() => new FileInfo(copy).Length == file.Length, Limit, $"the {kind} to arrive");
        file.AssertCopied(copy);
        trial.ConcludeOnStandardPath($"{Datagrams} datagrams, every byte, none of them by the fast path", toServer: file.Length, toClient: 0);
    }
}
