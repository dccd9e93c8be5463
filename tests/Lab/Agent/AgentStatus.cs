using System.Text.Json;

namespace XenLoop.Lab.Agent;

/// <summary>What <c>xenloop status --json</c> promises. Every property must be there: one that is missing is a fault.</summary>
public sealed record AgentStatus(
    string Version,
    string Name,
    int Domain,
    string Platform,
    string Interface,
    string Tap,
    bool Offload,
    double UptimeSeconds,
    AnnouncerStatus Announcer,
    ProcessStatus Process,
    RulesStatus Rules,
    IReadOnlyList<string> Standard,
    IReadOnlyList<PeerStatus> Peers)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>Reads it.</summary>
    /// <exception cref="JsonException">It is not JSON, or a property is missing or of another type.</exception>
    public static AgentStatus Parse(string json) =>
        JsonSerializer.Deserialize<AgentStatus>(json, s_json) ?? throw new JsonException("null");

    /// <summary>The peer called as <paramref name="guest"/> is, if it is known.</summary>
    public PeerStatus? FindPeer(Guest guest) => Peers.FirstOrDefault(p => p.Domain == guest.Number);

    /// <summary>That peer.</summary>
    /// <exception cref="LabException">It is not known.</exception>
    public PeerStatus Peer(Guest guest) => FindPeer(guest) ?? throw new LabException($"xenloop in guest {Name} does not know {guest.Name}.");
}
