using System.Text.Json;

namespace XenLoop.Lab.Agent;

/// <summary><c>xenloop run</c> in a guest. Disposing kills it and removes what it leaves, as <c>xenloop cleanup</c> does.</summary>
public sealed class XenLoopProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    /// <summary>Starts it, without waiting.</summary>
    public XenLoopProcess(Guest guest, params IReadOnlyList<string> options)
        : this([], guest, options)
    {
    }

    /// <summary>Starts it by another program, which must replace itself by it (<c>exec</c>).</summary>
    public XenLoopProcess(IReadOnlyList<string> launcher, Guest guest, params IReadOnlyList<string> options)
    {
        Guest = guest;
        Process = BackgroundProcess.Start(guest.Namespace.Wrap(
        [
            .. launcher, XenLoopBinary.Path, "run", "--platform", "local", "--directory", guest.Host.Directory,
            "--name", guest.Name, "--interface", Guest.Interface, "--domain-id", guest.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            .. Announced(guest),
            .. options,
        ]));
    }

    /// <summary>Where it runs.</summary>
    public Guest Guest { get; }

    /// <summary>What runs.</summary>
    public BackgroundProcess Process { get; }

    /// <summary>Whether it is connected with <paramref name="peer"/>; <see langword="false"/> also when it does not answer.</summary>
    public bool IsConnectedTo(Guest peer) => TryGetStatus()?.FindPeer(peer)?.State == PeerStatus.Connected;

    /// <summary>Asks it.</summary>
    /// <exception cref="LabException">It does not answer, or not in the form that is promised.</exception>
    public AgentStatus Status()
    {
        CommandResult result = RunStatus().Checked();
        try
        {
            return AgentStatus.ParseOnly(result.Output);
        }
        catch (JsonException e)
        {
            throw new LabException($"'{result.CommandLine}' printed what is not the promised JSON: {e.Message}\n{result.Output}", e);
        }
    }

    /// <summary>Asks it; <see langword="null"/> when it does not answer.</summary>
    public AgentStatus? TryGetStatus() => RunStatus().ExitCode == 0 ? Status() : null;

    /// <summary>Returns itself once it answers questions.</summary>
    /// <exception cref="LabException">It ended, or does not answer in time.</exception>
    public XenLoopProcess WaitUntilReady()
    {
        Wait.Until(
            () => Process.HasExited || RunStatus().ExitCode == 0,
            StartLimit,
            $"xenloop in guest {Guest.Name} to answer",
            () => Process.Log);
        return Process.HasExited
            ? throw new LabException($"xenloop in guest {Guest.Name} ended with {Process.ExitCode}.\n{Process.Log}")
            : this;
    }

    /// <summary>Ends it in good order (SIGTERM) and waits for the end.</summary>
    /// <returns>Its exit code.</returns>
    public int Stop()
    {
        Process.Send(Signal.Terminate);
        return Process.WaitForExit(StopLimit);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Process.Send(Signal.Continue);
        Process.Dispose();
        Guest.Run(XenLoopBinary.Path, "cleanup", "--directory", Guest.Host.Directory);
    }

    /// <summary>Routed guests share no bridge: they are known by the addresses that the toolstack gave them.</summary>
    private static IReadOnlyList<string> Announced(Guest guest) => guest.Host.Mode == NetworkMode.Bridged
        ? []
        : ["--bridge", "", "--announce-ip", guest.Address.ToString()];

    private CommandResult RunStatus() =>
        Command.Run([XenLoopBinary.Path, "status", "--directory", Guest.Host.Directory, "--name", Guest.Name, "--json"]);
}
