using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class ProftpdTests(Machine machine)
{
    [Fact]
    public void Files_both_ways_passive_and_active()
    {
        using Trial trial = machine.Begin("ProFTPD", "proftpd-core", FtpChecks.Client);
        string root = trial.NewDirectory("root");
        trial.NewDirectory("root/" + FtpChecks.Incoming, FtpChecks.User);
        trial.Serve(21, "proftpd", "--nodaemon", "--config", trial.NewText("proftpd.conf", $"""
            ServerType standalone
            DefaultAddress {trial.Server.Address}
            Port 21
            User {FtpChecks.User}
            Group {FtpChecks.User}
            UseIPv6 off
            UseFtpUsers off
            UseReverseDNS off
            WtmpLog off
            TransferLog none
            SystemLog none
            PidFile {trial.In("proftpd.pid")}
            ScoreboardFile {trial.In("scoreboard")}
            <Anonymous {root}>
              User {FtpChecks.User}
              Group {FtpChecks.User}
              UserAlias anonymous {FtpChecks.User}
              RequireValidShell off
            </Anonymous>

            """));
        FtpChecks.Run(trial, root);
    }
}
