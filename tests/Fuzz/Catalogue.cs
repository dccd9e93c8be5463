using XenLoop.Fuzz.Planted;
using XenLoop.Fuzz.Targets;

namespace XenLoop.Fuzz;

/// <summary>All targets.</summary>
internal static class Catalogue
{
    private static readonly PlantedTarget Planted = new();

    /// <summary>The product's parsers.</summary>
    public static IReadOnlyList<FuzzTarget> Targets { get; } =
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
    ];

    /// <summary>A target by its name, or null. The planted faults are found by their name only.</summary>
    public static FuzzTarget? Find(string name) => name == Planted.Name ? Planted : Targets.FirstOrDefault(target => target.Name == name);
}
