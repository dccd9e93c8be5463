using System.Runtime.InteropServices;

namespace XenLoop.Lab;

/// <summary>A named network namespace (<c>ip netns</c>), removed with everything that runs in it when disposed.</summary>
public sealed class NetworkNamespace : IDisposable
{
    private const string Directory = "/run/netns";
    private bool _disposed;

    /// <summary>Creates it, with its loopback up and IPv6 off, so that no autoconfiguration disturbs the counters.</summary>
    public NetworkNamespace(string name)
    {
        Name = name;
        Command.Run(["ip", "netns", "add", name]).Checked();
        Enter(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
            File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
            return 0;
        });
        Configure("link set lo up");
    }

    /// <summary>As <c>ip netns list</c> shows it.</summary>
    public string Name { get; }

    /// <summary>Removes what runs of this lab that were killed have left: their processes, namespaces and directories.</summary>
    public static void SweepLeftovers()
    {
        if (System.IO.Directory.Exists(Directory))
        {
            foreach (string name in System.IO.Directory.GetFiles(Directory).Select(Path.GetFileName).OfType<string>().Where(RunIdentity.IsLeftover))
            {
                Remove(name);
            }
        }

        foreach (string directory in System.IO.Directory.GetDirectories(Path.GetTempPath()).Where(d => RunIdentity.IsLeftover(Path.GetFileName(d))))
        {
            System.IO.Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> on a thread inside the namespace. A socket belongs to the namespace in which it was
    /// made, so sockets returned from here can be used from any thread afterwards. <c>/proc/thread-self/net</c> and
    /// <c>/proc/sys/net</c> show this namespace too.
    /// </summary>
    /// <exception cref="LabException">The namespace cannot be entered.</exception>
    public T Enter<T>(Func<T> work)
    {
        var task = new Task<T>(() =>
        {
            EnterCurrentThread();
            return work();
        });

        // A thread of its own, which ends with the work: a pooled one would carry the namespace to the next task.
        var thread = new Thread(() => task.RunSynchronously(TaskScheduler.Default));
        thread.Start();
        thread.Join();
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs lines of <c>ip</c> commands in the namespace, in one process.</summary>
    /// <exception cref="LabException">A line was refused.</exception>
    public void Configure(params string[] lines) =>
        Command.Run(["ip", "-n", Name, "-batch", "-"], string.Join('\n', lines) + "\n").Checked();

    /// <summary>The command line that runs <paramref name="arguments"/> inside.</summary>
    public IReadOnlyList<string> Wrap(params IReadOnlyList<string> arguments) => ["ip", "netns", "exec", Name, .. arguments];

    /// <summary>Runs a program inside, to its end.</summary>
    public CommandResult Run(params IReadOnlyList<string> arguments) => Command.Run(Wrap(arguments));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Remove(Name);
        }
    }

    private static void Remove(string name)
    {
        foreach (string pid in Command.Run(["ip", "netns", "pids", name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Our own threads are listed when one is inside at this moment; they leave by themselves.
            int number = int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture);
            if (number != Environment.ProcessId)
            {
                _ = LabNative.kill(number, (int)Signal.Kill);
            }
        }

        Command.Run(["ip", "netns", "delete", name]);
    }

    private void EnterCurrentThread()
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(Path.Combine(Directory, Name));
        if (LabNative.setns((int)handle.DangerousGetHandle(), LabNative.CLONE_NEWNET) != 0)
        {
            throw new LabException($"Cannot enter the namespace {Name}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}. The lab needs root.");
        }
    }
}
