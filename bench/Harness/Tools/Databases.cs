using XenLoop.Harness.Paths;
using XenLoop.Lab;

namespace XenLoop.Harness.Tools;

/// <summary>PostgreSQL, Redis and memcached, each with its own load generator and that one's own figures.</summary>
public static class Databases
{
    private const int PostgresPort = 5432;
    private const int RedisPort = 6379;
    private const int MemcachedPort = 11211;

    /// <summary>pgbench's select-only transactions with four clients.</summary>
    /// <returns>Transactions a second.</returns>
    public static double Pgbench(GuestPath path, int seconds)
    {
        string programs = PostgresPrograms();
        string address = path.ServerAddress.ToString();
        path.Serve("postgres", () => StartPostgres(path, programs));
        return ParsePgbench(Tool.Run(
            path,
            seconds,
            programs + "pgbench", "-h", address, "-U", "postgres", "--select-only", "--no-vacuum", "--client=4", "--jobs=1", $"--time={Tool.Text(seconds)}", "postgres"));
    }

    /// <summary>redis-benchmark's SET and GET with 50 connections, without pipelining.</summary>
    public static RedisLoad RedisBenchmark(GuestPath path, int seconds)
    {
        path.Serve("redis", () => Tool.Serve(
            path, RedisPort, "redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", path.Host.Directory));
        return ParseRedis(Tool.Run(
            path,
            2 * seconds,
            "redis-benchmark", "-h", path.ServerAddress.ToString(), "-t", "set,get", "-n", Tool.Text(RedisRequestsPerSecond * seconds), "--csv"));
    }

    /// <summary>memaslap's mix of one SET to nine GETs of 1 KB with 16 connections.</summary>
    /// <returns>Operations a second.</returns>
    public static double Memaslap(GuestPath path, int seconds)
    {
        path.Serve("memcached", () => Tool.Serve(
            path, MemcachedPort, "memcached", "-u", "nobody", "-l", "0.0.0.0", "-p", Tool.Text(MemcachedPort), "-m", "256"));
        return ParseMemaslap(Tool.Run(
            path, seconds, "memcaslap", "-s", $"{path.ServerAddress}:{Tool.Text(MemcachedPort)}", "-T", "1", "-c", "16", "-t", $"{Tool.Text(seconds)}s"));
    }

    /// <summary>Reads the transactions a second, without the time of connecting.</summary>
    public static double ParsePgbench(string output) => Tool.Number("pgbench", output, @"^tps = (?<value>[\d.]+) \(without initial connection time\)");

    /// <summary>Reads the lines of SET and GET: "test","rps","avg","min","p50","p95","p99","max", times in milliseconds.</summary>
    public static RedisLoad ParseRedis(string output) => new(
        Column(output, "SET", 1), Column(output, "GET", 1), Column(output, "GET", 6) * 1e3);

    /// <summary>Reads the operations a second.</summary>
    public static double ParseMemaslap(string output) => Tool.Number("memcaslap", output, @"^Run time:.*TPS: (?<value>\d+)");

    private const int RedisRequestsPerSecond = 20_000;

    private static double Column(string output, string test, int column) =>
        Tool.Number("redis-benchmark", output, $"^\"{test}\",(\"[^\"]*\",){{{column - 1}}}\"(?<value>[\\d.]+)\"");

    /// <summary>Debian keeps the server's programs in a folder for each version.</summary>
    private static string PostgresPrograms() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/"
        : throw new LabException("PostgreSQL is not installed.");

    private static Daemon StartPostgres(GuestPath path, string programs)
    {
        const string user = "postgres";
        string data = Directory.CreateDirectory(Path.Combine(path.Host.Directory, "postgres")).FullName;
        Command.Run(["chown", user, data]).Checked();
        path.Server.Run([.. Daemon.As(user), programs + "initdb", "--no-sync", "--auth=trust", "-D", data]).Checked();
        File.AppendAllText(Path.Combine(data, "pg_hba.conf"), $"host all all {path.ClientAddress}/32 trust\n");
        var server = new Daemon(path.Server, user, [programs + "postgres", "-D", data, "-k", data, "-c", "listen_addresses=*", "-c", "fsync=off"]);
        server.WaitUntilListening(PostgresPort);
        server.WaitUntil(() => server.Log.Contains("ready to accept connections", StringComparison.Ordinal), "to be ready");
        Tool.Run(path, 20, programs + "pgbench", "-h", path.ServerAddress.ToString(), "-U", user, "--initialize", "--scale=1", "--quiet", "postgres");
        return server;
    }
}
