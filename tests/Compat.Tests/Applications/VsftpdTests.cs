using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class VsftpdTests(Machine machine)
{
    [Fact]
    public void Files_both_ways_passive_and_active()
    {
        using Trial trial = machine.Begin("vsftpd", "vsftpd", FtpChecks.Client);
        string root = trial.NewDirectory("root");
        trial.NewDirectory("root/" + FtpChecks.Incoming, FtpChecks.User);
        trial.Serve(21, trial.Program("vsftpd", "/usr/sbin/vsftpd"), trial.NewText("vsftpd.conf", $"""
            listen=YES
            listen_ipv6=NO
            background=NO
            anonymous_enable=YES
            no_anon_password=YES
            ftp_username={FtpChecks.User}
            anon_root={root}
            write_enable=YES
            anon_upload_enable=YES
            anon_world_readable_only=NO
            connect_from_port_20=NO
            secure_chroot_dir={trial.NewDirectory("empty")}

            """));
        FtpChecks.Run(trial, root);
    }
}
