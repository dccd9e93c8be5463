using XenLoop.Addresses;
using XenLoop.Interceptor.Rules;
using XenLoop.Lab;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Rules;

/// <summary>A namespace with eth0 (10.9.0.1/24), to keep firewall rules in.</summary>
internal sealed class RuleLab : IDisposable
{
    private static int s_count;

    public RuleLab()
    {
        Namespace = new NetworkNamespace($"xlru-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        try
        {
            Namespace.Configure("link add eth0 type veth peer name far0", "link set far0 up", "link set eth0 up", "address add 10.9.0.1/24 dev eth0");
        }
        catch
        {
            Namespace.Dispose();
            throw;
        }
    }

    public static RuleTarget[] Peers { get; } = [Target("10.9.0.2", 3), Target("10.9.0.3", 4), Target("10.20.0.0/16", 3)];

    public NetworkNamespace Namespace { get; }

    public static RuleTarget Target(string prefix, ushort domain, bool captured = true) =>
        new(InternetPrefix.TryParse(prefix, out InternetPrefix parsed) ? parsed : throw new FormatException(prefix), new DomainId(domain), captured ? (ushort)(7000 + domain) : null);

    /// <summary>An installer; its calls have to be made with <see cref="In"/>.</summary>
    public static RuleInstaller Installer(string? backend = null, RuleForm? form = null) =>
        new(new RuleOptions { Backend = backend, Form = form }, new ProgramRunner());

    public T In<T>(Func<T> work) => Namespace.Enter(work);

    public void In(Action work) => Namespace.Enter(() =>
    {
        work();
        return 0;
    });

    /// <summary>Runs a program with arguments that hold no blanks.</summary>
    public string Run(string commandLine) => Namespace.Run(commandLine.Split(' ')).Checked().Output;

    /// <summary>iptables-save without what changes from run to run: comments and counters.</summary>
    public string Saved(string backend) => string.Join('\n', Run($"iptables-{backend}-save")
        .Split('\n')
        .Where(line => !line.StartsWith('#'))
        .Select(line => line.StartsWith(':') ? line[..line.IndexOf('[', StringComparison.Ordinal)] : line));

    public void Dispose() => Namespace.Dispose();
}
