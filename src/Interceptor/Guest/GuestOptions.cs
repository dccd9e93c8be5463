using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>What <c>xenloop run</c> was asked for.</summary>
internal sealed record GuestOptions
{
    /// <summary>Where the local host's sockets are, and this agent's control socket.</summary>
    public required string Directory { get; init; }

    /// <summary>Name of this guest's agent: of its control socket and, locally, of the domain.</summary>
    public required string Name { get; init; }

    /// <summary>The interface whose packets are captured, and on which those from peers appear; null: found.</summary>
    public string? Interface { get; init; }

    /// <summary>True on Xen: only vifs reach other guests, so other interfaces do not count unless named.</summary>
    public bool PrefersVif { get; init; }

    /// <summary>Local platform: the domain number to ask for; null: the host chooses.</summary>
    public DomainId? Domain { get; init; }

    /// <summary>Local platform: the bridge that the interface is plugged into; empty: routed.</summary>
    public string Bridge { get; init; } = "bridge0";

    /// <summary>Local platform: addresses that the host shall hold this guest to; empty: any that the bridge would carry.</summary>
    public ImmutableArray<InternetAddress> AnnouncedAddresses { get; init; } = [];

    /// <summary>Data bytes per direction of a channel.</summary>
    public int RingBytes { get; init; } = 1024 * 1024;

    /// <summary>A peer's queue is this number plus its domain number.</summary>
    public int QueueBase { get; init; } = 7000;

    /// <summary>True if the agent keeps the firewall rules; otherwise the user installs them.</summary>
    public bool ManageRules { get; init; } = true;

    /// <summary>Whether super-packets and partial checksums are used.</summary>
    public OffloadMode Offload { get; init; }

    /// <summary>Whether the data path polls for a moment before it sleeps.</summary>
    public PollMode Polling { get; init; }

    /// <summary>A channel without traffic for this long is closed; zero: never.</summary>
    public TimeSpan IdleClose { get; init; } = TimeSpan.FromMinutes(5);
}
