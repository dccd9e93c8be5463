using XenLoop.Lab;

namespace XenLoop.Chaos;

/// <summary>What a fault has done.</summary>
/// <param name="Bound">What it may cost.</param>
/// <param name="Victim">Whose streams may lose something; none, if nobody's may.</param>
/// <param name="Detail">What was drawn, for the log.</param>
internal sealed record Wound(LossBound Bound, Guest? Victim, string Detail);
