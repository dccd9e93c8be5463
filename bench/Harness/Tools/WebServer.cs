using XenLoop.Harness.Paths;
using XenLoop.Lab;

namespace XenLoop.Harness.Tools;

/// <summary>nginx, and the programs that load it.</summary>
public static class WebServer
{
    private const int Port = 80;

    /// <summary>The sizes that it serves, in bytes; the file is named by it.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [64, 1024, 65536, 1048576];

    /// <summary>ApacheBench with a new connection for each request of 64 bytes, one at a time.</summary>
    /// <returns>Connections a second.</returns>
    public static double ConnectionRate(GuestPath path, int seconds)
    {
        string url = Url(path, Sizes[0]);

        // Closed connections hold their ports for a minute; the next ones may have them.
        path.Client.SetKernelParameter("net/ipv4/tcp_tw_reuse", "1");
        return ParseApacheBench(Tool.Run(path, seconds, "ab", "-q", "-r", "-n", "100000000", "-t", Tool.Text(seconds), "-c", "1", url));
    }

    /// <summary>wrk with 16 connections that stay.</summary>
    public static WebLoad Load(GuestPath path, int seconds, int size) =>
        ParseWrk(Tool.Run(path, seconds, "wrk", "-t", "1", "-c", "16", "-d", $"{Tool.Text(seconds)}s", "--latency", Url(path, size)));

    /// <summary>Reads ab's requests per second.</summary>
    public static double ParseApacheBench(string output)
    {
        double failed = Tool.Number("ab", output, @"^Failed requests:\s+(?<value>\d+)");
        return failed == 0
            ? Tool.Number("ab", output, @"^Requests per second:\s+(?<value>[\d.]+)")
            : throw new LabException($"{failed} requests of ab failed:\n{output}");
    }

    /// <summary>Reads wrk's requests per second and the 99th percentile of its times.</summary>
    public static WebLoad ParseWrk(string output) => new(
        Tool.Number("wrk", output, @"^Requests/sec:\s+(?<value>[\d.]+)"),
        Tool.Number("wrk", output, @"^\s+99%\s+(?<value>[\d.]+)") * Scale(output));

    private static double Scale(string output) =>
        output.Split('\n').First(l => l.TrimStart().StartsWith("99%", StringComparison.Ordinal)).Trim() switch
        {
            string line when line.EndsWith("us", StringComparison.Ordinal) => 1,
            string line when line.EndsWith("ms", StringComparison.Ordinal) => 1e3,
            _ => 1e6,
        };

    private static string Url(GuestPath path, int size)
    {
        path.Serve("nginx", () => Start(path));
        return $"http://{path.ServerAddress}/{Tool.Text(size)}";
    }

    private static Daemon Start(GuestPath path)
    {
        string root = Directory.CreateDirectory(Path.Combine(path.Host.Directory, "nginx")).FullName;
        foreach (int size in Sizes)
        {
            File.WriteAllBytes(Path.Combine(root, Tool.Text(size)), new byte[size]);
        }

        string configuration = root + ".conf";
        File.WriteAllText(configuration, $$"""
            daemon off;
            user root;
            pid {{root}}.pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                sendfile on;
                keepalive_requests 100000000;
                client_body_temp_path {{root}}.body;
                proxy_temp_path {{root}}.proxy;
                fastcgi_temp_path {{root}}.fastcgi;
                uwsgi_temp_path {{root}}.uwsgi;
                scgi_temp_path {{root}}.scgi;
                server { listen {{Port}}; root {{root}}; }
            }
            """);
        return Tool.Serve(path, Port, "nginx", "-e", "stderr", "-c", configuration);
    }
}
