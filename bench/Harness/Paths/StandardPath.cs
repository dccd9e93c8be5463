namespace XenLoop.Harness.Paths;

/// <summary>veth, bridge, veth: what netfront, bridge and netback are to real guests.</summary>
public sealed class StandardPath(int guests = 2) : GuestPath("standard", guests);
