using System.Globalization;
using System.Net;

namespace XenLoop.Lab;

/// <summary>A "domU": a namespace with one <c>eth0</c>, whose other end, <c>vifN.0</c>, stands in Dom0.</summary>
public sealed class Guest : IDisposable
{
    /// <summary>The name of the network interface inside.</summary>
    public const string Interface = "eth0";

    private readonly List<BackgroundProcess> _processes = [];

    internal Guest(VirtualHost host, string name, int number)
    {
        Host = host;
        Name = name;
        Number = number;
        Address = host.Mode == NetworkMode.Bridged
            ? new IPAddress([10, 77, 0, (byte)number])
            : new IPAddress([10, 77, (byte)number, 2]);
        Namespace = new NetworkNamespace($"{host.Prefix}-{name}");
    }

    /// <summary>The machine that it runs on.</summary>
    public VirtualHost Host { get; }

    /// <summary>For people, and for <c>xenloop run --name</c>.</summary>
    public string Name { get; }

    /// <summary>From 1 on: its domain number.</summary>
    public int Number { get; }

    /// <summary>Its IPv4 address on <see cref="Interface"/>.</summary>
    public IPAddress Address { get; }

    /// <summary>Its Ethernet address, with the prefix that Xen's toolstack uses.</summary>
    public string Mac => string.Create(CultureInfo.InvariantCulture, $"00:16:3e:00:00:{Number:x2}");

    /// <summary>The end of its network interface in Dom0, named as netback names it.</summary>
    public string Vif => string.Create(CultureInfo.InvariantCulture, $"vif{Number}.0");

    /// <summary>Where its programs run.</summary>
    public NetworkNamespace Namespace { get; }

    /// <summary>What crossed <see cref="Vif"/>, as Dom0 sees it: received is what the guest sent.</summary>
    public InterfaceCounters VifCounters => InterfaceCounters.Read(Host.Dom0, Vif);

    /// <summary>Runs a program inside, to its end.</summary>
    public CommandResult Run(params IReadOnlyList<string> arguments) => Namespace.Run(arguments);

    /// <summary>Starts a program inside; it is killed with the guest.</summary>
    public BackgroundProcess Start(params IReadOnlyList<string> arguments)
    {
        var process = BackgroundProcess.Start(Namespace.Wrap(arguments));
        _processes.Add(process);
        return process;
    }

    /// <summary>Sets a kernel parameter below <c>/proc/sys</c>, such as <c>net/ipv4/ip_forward</c>.</summary>
    public void SetKernelParameter(string path, string value) => Namespace.Enter(() =>
    {
        File.WriteAllText(Path.Combine("/proc/sys", path), value);
        return 0;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BackgroundProcess process in _processes)
        {
            process.Dispose();
        }

        Namespace.Dispose();
    }
}
