using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

public sealed class PostgresTests(Machine machine)
{
    private const int Port = 5432;
    private const int Clients = 4;

    [Fact]
    public void Pgbench_and_rows_in_and_out()
    {
        using Trial trial = machine.Begin("PostgreSQL, pgbench", "postgresql", "postgresql-contrib");

        // Debian keeps the server's programs in a folder for each version.
        string programs = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/";
        string data = trial.NewDirectory("data", "postgres");
        trial.Server.Run([.. Daemon.As("postgres"), programs + "initdb", "--no-sync", "--auth=trust", "-D", data]).Checked();
        File.AppendAllText(Path.Combine(data, "pg_hba.conf"), $"host all all {trial.Client.Address}/32 trust\n");
        Daemon server = trial.Serve(
            trial.Server,
            Port,
            "postgres",
            programs + "postgres", "-D", data, "-k", data, "-c", "listen_addresses=*", "-c", "fsync=off", "-c", "max_wal_size=4GB");
        server.WaitUntil(() => server.Log.Contains("ready to accept connections", StringComparison.Ordinal), "to be ready");

        string login = $"-h {trial.Server.Address} -U postgres";
        string sql = $"{programs}psql {login} -X -q -A -t -v ON_ERROR_STOP=1 -c";
        var rows = new Rows(trial, Volume.Of(20_000, 500_000));
        trial.AskShell($"{sql} 'CREATE TABLE t (id INT PRIMARY KEY, v TEXT)'");
        trial.AskShell($"""{sql} "\copy t FROM '{rows.Path}'" """);
        trial.AskShell($"""{sql} "\copy (SELECT * FROM t ORDER BY id) TO '{trial.In("back")}'" """);
        rows.AssertCopied(trial.In("back"));

        int each = Volume.Of(250, 5000);
        trial.AskShell($"{programs}pgbench {login} --initialize --scale={Volume.Of(1, 10)} --quiet postgres");
        string report = trial.AskShell($"{programs}pgbench {login} --client={Clients} --jobs=2 --transactions={each} postgres");
        int transactions = Clients * each;
        Assert.Contains($"number of transactions actually processed: {transactions}/{transactions}", report, StringComparison.Ordinal);

        // TPC-B's own consistency condition: each transaction adds the same amount in four tables.
        string sums = trial.AskShell($"""
            {sql} 'SELECT count(*), sum(delta) = (SELECT sum(abalance) FROM pgbench_accounts), sum(delta) = (SELECT sum(tbalance) FROM pgbench_tellers),
                sum(delta) = (SELECT sum(bbalance) FROM pgbench_branches) FROM pgbench_history'
            """);
        Assert.Equal($"{transactions}|t|t|t", sums.Trim());
        trial.Conclude($"{rows.Count} rows in and out, all equal; {transactions} transactions, balances consistent", rows.Length, rows.Length);
    }
}
