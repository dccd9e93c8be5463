namespace XenLoop.Demo;

/// <summary>What a measuring program said.</summary>
/// <param name="Value">In the scenario's unit.</param>
/// <param name="Retransmits">TCP segments sent again; <see langword="null"/> where it is not TCP or not known.</param>
internal readonly record struct Reading(double Value, long? Retransmits = null);
