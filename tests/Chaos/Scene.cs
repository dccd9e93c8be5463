using System.Globalization;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Chaos;

/// <summary>Where faults happen: three guests on a bridge, each with an agent.</summary>
internal sealed class Scene : IDisposable
{
    /// <summary>How long an agent may take to end, or to be as before.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Builds the machine and connects all guests.</summary>
    public Scene(Random random)
    {
        Random = random;
        Host = new VirtualHost(NetworkMode.Bridged, "a", "b", "c");
        try
        {
            Colony = new Colony(Host);
            foreach ((Guest from, Guest to) in Pairs.Where(p => p.From.Number < p.To.Number))
            {
                Colony.Connect(from, to);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Decides what is left open.</summary>
    public Random Random { get; }

    /// <summary>The machine.</summary>
    public VirtualHost Host { get; }

    /// <summary>Its XenLoop.</summary>
    public Colony Colony { get; } = null!;

    /// <summary>All directions of traffic.</summary>
    public IEnumerable<(Guest From, Guest To)> Pairs =>
        from source in Host.Guests
        from destination in Host.Guests
        where source != destination
        select (source, destination);

    /// <summary>Any guest.</summary>
    public Guest AnyGuest() => Host.Guests[Random.Next(Host.Guests.Count)];

    /// <summary>Any guest but <paramref name="guest"/>.</summary>
    public Guest AnyOther(Guest guest)
    {
        Guest[] others = [.. Host.Guests.Where(g => g != guest)];
        return others[Random.Next(others.Length)];
    }

    /// <summary>The program in <paramref name="guest"/>.</summary>
    public BackgroundProcess Agent(Guest guest) => Colony[guest].Process;

    /// <summary>A time from a range, in milliseconds, that passes here.</summary>
    /// <returns>How long it was.</returns>
    public int Pass(int least, int most)
    {
        int milliseconds = Random.Next(least, most + 1);
        Thread.Sleep(milliseconds);
        return milliseconds;
    }

    /// <summary>Waits for the end of an agent that was sent a signal, or lost what it cannot do without.</summary>
    /// <exception cref="LabException">It goes on, or ended with another code.</exception>
    public void AwaitEnd(Guest guest, int exitCode)
    {
        Wait.Until(() => Agent(guest).HasExited, Patience, $"the end of xenloop in guest {guest.Name}", () => $"Its threads:\n{Threads(Agent(guest).Id)}Its log:\n{Agent(guest).Log}");
        int code = Agent(guest).WaitForExit(Patience);
        if (code != exitCode)
        {
            throw new LabException($"xenloop in guest {guest.Name} ended with {code}, not with {exitCode}. Its log:\n{Agent(guest).Log}");
        }
    }

    /// <summary>Ends an agent in good order.</summary>
    public void Terminate(Guest guest)
    {
        Agent(guest).Send(Signal.Terminate);
        AwaitEnd(guest, 0);
    }

    /// <summary>Where each thread of a process is in the kernel (<c>/proc/PID/task/TID/stack</c>).</summary>
    private static string Threads(int process)
    {
        string tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task");
        return Directory.Exists(tasks)
            ? string.Concat(Directory.GetDirectories(tasks).Select(t => $"{File.ReadAllText(Path.Combine(t, "stat"))}{File.ReadAllText(Path.Combine(t, "stack"))}"))
            : "none any more\n";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Null if the constructor threw.
        Colony?.Dispose();
        Host.Dispose();
    }
}
