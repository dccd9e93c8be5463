using System.Collections.Immutable;

namespace XenLoop.Discovery;

/// <summary>How the announcer behaves.</summary>
public sealed record AnnouncerOptions
{
    /// <summary>Between two heartbeats; guests expire peers after three of them are missed.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Names or domain numbers of guests that may take part; empty: all may.</summary>
    public ImmutableArray<string> Allow { get; init; } = [];

    /// <summary>Names or domain numbers of guests that may not, whatever <see cref="Allow"/> says.</summary>
    public ImmutableArray<string> Deny { get; init; } = [];
}
