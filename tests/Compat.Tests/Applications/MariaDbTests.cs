using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

public sealed class MariaDbTests(Machine machine)
{
    private const int Port = 3306;

    [Fact]
    public void Rows_in_and_out_and_transactions()
    {
        using Trial trial = machine.Begin("MariaDB", "mariadb-server", "mariadb-client");
        string data = trial.NewDirectory("data", "mysql");
        trial.Server.Run("mariadb-install-db", "--no-defaults", "--user=mysql", $"--datadir={data}", "--skip-test-db").Checked();
        string users = trial.NewText("init.sql", "CREATE USER lab;\nGRANT ALL ON *.* TO lab;\nCREATE DATABASE lab;\n");
        Daemon server = trial.Serve(
            Port,
            "mariadbd", "--no-defaults", "--user=mysql", $"--datadir={data}", $"--socket={data}/socket", $"--init-file={users}", "--skip-name-resolve");
        server.WaitUntil(() => server.Log.Contains("ready for connections", StringComparison.Ordinal), "to be ready");

        string client = $"mariadb --no-defaults --local-infile --batch --skip-column-names -h {trial.Server.Address} -u lab lab";
        var rows = new Rows(trial, Volume.Of(20_000, 500_000));
        trial.AskShell($"{client} -e 'CREATE TABLE t (id INT PRIMARY KEY, v TEXT, n INT DEFAULT 0)'");
        trial.AskShell($"""{client} -e "LOAD DATA LOCAL INFILE '{rows.Path}' INTO TABLE t (id, v)" """);
        trial.AskShell($"{client} --quick -e 'SELECT id, v FROM t ORDER BY id' > {trial.In("back")}");
        rows.AssertCopied(trial.In("back"));

        // Each in a transaction and a round trip of its own; every third one is taken back.
        int transactions = Volume.Of(300, 10_000);
        IEnumerable<string> statements = Enumerable.Range(1, transactions).Select(
            i => $"BEGIN; UPDATE t SET n = n + 1 WHERE id = {i}; {(i % 3 == 0 ? "ROLLBACK" : "COMMIT")};\n");
        trial.AskShell($"{client} < {trial.NewText("transactions.sql", string.Concat(statements))}");
        Assert.Equal($"{transactions - (transactions / 3)}", trial.AskShell($"{client} -e 'SELECT SUM(n) FROM t'").Trim());
        trial.Conclude($"{rows.Count} rows in and out, all equal; {transactions} transactions, summed", rows.Length, rows.Length);
    }
}
