using System.Collections.Immutable;

namespace XenLoop.Discovery;

/// <summary>How the announcer behaves.</summary>
public sealed record AnnouncerOptions
{
    /// <summary>Time between two heartbeats; after three missed ones guests open no new channels.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Names, domain numbers or UUIDs of guests that may take part; empty: all may.</summary>
    public ImmutableArray<string> Allow { get; init; } = [];

    /// <summary>Names, domain numbers or UUIDs of guests that may not, whatever <see cref="Allow"/> says.</summary>
    public ImmutableArray<string> Deny { get; init; } = [];

    /// <summary>File names of the host's own hotplug scripts that do what <c>vif-bridge</c> does: plug the vif into the bridge that its <c>bridge</c> node names.</summary>
    public ImmutableArray<string> BridgeScripts { get; init; } = [];

    /// <summary>File names of the host's own hotplug scripts that do what <c>vif-route</c> does, with guests that may reach each other.</summary>
    public ImmutableArray<string> RouteScripts { get; init; } = [];
}
