using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class TelnetTests(Machine machine)
{
    [Fact]
    public void A_session_in_which_both_sides_speak()
    {
        using Trial trial = machine.Begin("telnet", "inetutils-telnetd", "inetutils-telnet", "openbsd-inetd");
        var rows = new Rows(trial, Volume.Of(5000, 200_000));
        string session = trial.NewText("session", $"""
            #!/bin/sh
            stty -echo
            read -r name
            echo "Good morning, $name."
            cat {rows.Path}
            echo End of message.
            read -r name

            """);
        File.SetUnixFileMode(session, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        trial.Serve(23, "inetd", "-i", trial.NewText("inetd.conf", $"telnet stream tcp nowait root /usr/sbin/telnetd telnetd -E {session}\n"));

        // telnet leaves at the end of its input, telnetd at the end of the session's process, and neither waits for what is
        // still to be said: so the keyboard is a FIFO that nobody closes, and the session ends when the guest has seen all.
        trial.AskShell($"""
            mkfifo {trial.In("keyboard")}
            exec 3<>{trial.In("keyboard")}
            echo guest >&3
            telnet {trial.Server.Address} <&3 >{trial.In("screen")} 2>&1 &
            timeout 50 sh -c 'until grep -q "End of message" {trial.In("screen")}; do sleep 0.1; done'
            echo good-bye >&3
            wait
            """);
        string screen = File.ReadAllText(trial.In("screen")).Replace("\r", "", StringComparison.Ordinal);
        Assert.Contains("Good morning, guest.\n", screen, StringComparison.Ordinal);
        Assert.Contains(File.ReadAllText(rows.Path).Replace("\t", " ", StringComparison.Ordinal), screen.Replace("\t", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        trial.Conclude($"a line typed and answered; {rows.Count} lines on the screen, all right", toServer: 5, toClient: rows.Length);
    }
}
