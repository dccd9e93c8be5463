using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class QuicTests(Machine machine)
{
    private const int Port = 4433;

    /// <summary>
    /// The server sends each datagram by itself: its super-packets (UDP_SEGMENT) would take the standard path, because the
    /// kernel does not tell their segment size (docs/limits.md).
    /// </summary>
    [Fact]
    public void A_file_over_http3_in_single_datagrams()
    {
        using Trial trial = Begin("QUIC (ngtcp2), single datagrams");
        PatternFile file = Fetch(trial, "--max-gso-dgrams=1");
        trial.Conclude($"a file of {file.Length >> 20} MiB by HTTP/3, every byte", toServer: 0, toClient: file.Length);
    }

    [Fact]
    public void A_file_over_http3_in_super_packets()
    {
        using Trial trial = Begin("QUIC (ngtcp2), super-packets");
        PatternFile file = Fetch(trial, "--max-gso-dgrams=64");
        PathBytes fast = trial.FastBytes;
        Assert.InRange(trial.StandardBytes + fast.ToClient, file.Length, long.MaxValue);
        trial.ConcludeOnBothPaths($"a file of {file.Length >> 20} MiB by HTTP/3, every byte; super-packets by the standard path", new PathBytes(0, file.Length), fast);
    }

    private Trial Begin(string application) => machine.Begin(application, "ngtcp2-server", "ngtcp2-client", "openssl");

    private static PatternFile Fetch(Trial trial, string segmentation)
    {
        string root = trial.NewDirectory("root");
        string downloads = trial.NewDirectory("downloads");
        PatternFile file = trial.NewFile("root/file", Volume.Of(8, 256) * Volume.MiB);
        trial.AskShell($"""
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -days 2 \
                -keyout {trial.In("key.pem")} -out {trial.In("certificate.pem")} 2>&1
            """);
        trial.Serve(
            Port,
            "gtlsserver", "--quiet", segmentation, $"--htdocs={root}", trial.Server.Address.ToString(), $"{Port}", trial.In("key.pem"), trial.In("certificate.pem"));
        trial.Ask(
            "gtlsclient", "--quiet", "--exit-on-all-streams-close", $"--download={downloads}",
            trial.Server.Address.ToString(), $"{Port}", $"https://{trial.Server.Address}/{file.Name}");
        file.AssertCopied(Path.Combine(downloads, file.Name));
        return file;
    }
}
