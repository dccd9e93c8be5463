using System.Text.Json;

namespace XenLoop.Lab.Agent;

/// <summary>What <c>xenloop status --json</c> promises of each agent. Every property must be there: one that is missing is a fault.</summary>
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

    /// <summary>Reads the only agent of the list that is printed.</summary>
    /// <exception cref="JsonException">It is not JSON, a property is missing or of another type, or there is not one agent.</exception>
    public static AgentStatus ParseOnly(string json) =>
        JsonSerializer.Deserialize<AgentStatus[]>(json, s_json) is [{ } only] ? only : throw new JsonException("not a list of one");

    /// <summary>The peer called as <paramref name="guest"/> is, if it is known.</summary>
    public PeerStatus? FindPeer(Guest guest) => Peers.FirstOrDefault(p => p.Domain == guest.Number);

    /// <summary>That peer.</summary>
    /// <exception cref="LabException">It is not known.</exception>
    public PeerStatus Peer(Guest guest) => FindPeer(guest) ?? throw new LabException($"xenloop in guest {Name} does not know {guest.Name}.");
}
