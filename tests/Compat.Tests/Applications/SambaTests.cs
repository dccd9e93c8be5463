using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class SambaTests(Machine machine)
{
    private const int Port = 445;

    [Fact]
    public void Files_both_ways_and_a_listing()
    {
        using Trial trial = machine.Begin("Samba", "samba", "smbclient");
        string share = trial.NewDirectory("share");
        string own = trial.NewDirectory("own");
        string configuration = trial.NewText("smb.conf", $"""
            [global]
            server role = standalone server
            map to guest = Bad User
            smb ports = {Port}
            disable netbios = yes
            load printers = no
            disable spoolss = yes
            private dir = {own}
            lock directory = {own}
            state directory = {own}
            cache directory = {own}
            pid directory = {own}
            ncalrpc dir = {own}/ncalrpc
            [share]
            path = {share}
            guest ok = yes
            read only = no
            force user = root

            """);
        trial.Serve(Port, "smbd", "--foreground", "--no-process-group", "--debug-stdout", $"--configfile={configuration}");
        PatternFile file = trial.NewFile("file", Volume.Of(16, 512) * Volume.MiB);
        string listing = trial.Ask(
            "smbclient", $"--configfile={configuration}", "--no-pass", $"//{trial.Server.Address}/share",
            "-c", $"mkdir folder; cd folder; put {file.Path} copy; get copy {trial.In("back")}; ls");
        file.AssertCopied(Path.Combine(share, "folder", "copy"));
        file.AssertCopied(trial.In("back"));
        Assert.Matches($"copy +A +{file.Length} ", listing);
        trial.Conclude("a file there and back, every byte; the listing", file.Length, file.Length);
    }
}
