using XenLoop.Fuzz.Planted;
using XenLoop.Fuzz.Targets;

namespace XenLoop.Fuzz;

/// <summary>All targets.</summary>
internal static class Catalogue
{
    private static readonly PlantedTarget Planted = new();

    // Not before it is asked for: a worker that dies of a planted fault would leave the sockets of StatusTarget behind.
    private static readonly Lazy<IReadOnlyList<FuzzTarget>> s_targets = new(() =>
    [
        new RingTarget(),
        new DescriptorTarget(),
        new HandshakeTarget(),
        new AnnouncementTarget(),
        new QueueTarget(),
        new RouteTarget(),
        new PacketTarget(),
        new StoreClientTarget(),
        new StoreServerTarget(),
        new GrantTarget(),
        new StatusTarget(),
        new RulesTarget(),
    ]);

    /// <summary>The product's parsers.</summary>
    public static IReadOnlyList<FuzzTarget> Targets => s_targets.Value;

    /// <summary>A target by its name, or null. The planted faults are found by their name only.</summary>
    public static FuzzTarget? Find(string name) => name == Planted.Name ? Planted : Targets.FirstOrDefault(target => target.Name == name);
}
