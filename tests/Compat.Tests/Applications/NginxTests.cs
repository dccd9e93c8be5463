using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class NginxTests(Machine machine)
{
    [Fact]
    public void Files_and_pages()
    {
        using Trial trial = machine.Begin("nginx", "nginx", "curl", "apache2-utils");
        string root = trial.NewDirectory("root");
        trial.Serve(80, "nginx", "-e", "stderr", "-c", trial.NewText("nginx.conf", $$"""
            daemon off;
            pid {{trial.In("nginx.pid")}};
            error_log stderr;
            events {}
            http {
                access_log off;
                sendfile on;
                client_body_temp_path {{trial.In("body")}};
                proxy_temp_path {{trial.In("proxy")}};
                fastcgi_temp_path {{trial.In("fastcgi")}};
                uwsgi_temp_path {{trial.In("uwsgi")}};
                scgi_temp_path {{trial.In("scgi")}};
                server { listen 80; root {{root}}; }
            }
            """));
        HttpChecks.Run(trial, root);
    }
}
