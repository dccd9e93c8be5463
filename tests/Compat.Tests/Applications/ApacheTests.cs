using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class ApacheTests(Machine machine)
{
    [Fact]
    public void Files_and_pages()
    {
        using Trial trial = machine.Begin("Apache", "apache2", "curl", "apache2-utils");
        string root = trial.NewDirectory("root");
        trial.Serve(80, "apache2", "-D", "FOREGROUND", "-f", trial.NewText("apache.conf", $"""
            ServerRoot {trial.Directory}
            ServerName server
            PidFile {trial.In("apache.pid")}
            DefaultRuntimeDir {trial.Directory}
            ErrorLog /dev/stderr
            Listen 80
            User www-data
            Group www-data
            LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
            LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
            DocumentRoot {root}
            MaxKeepAliveRequests 0

            """));
        HttpChecks.Run(trial, root);
    }
}
