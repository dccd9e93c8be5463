namespace XenLoop.Interceptor.Forwarding;

/// <summary>What was captured for a peer lately, from which <see cref="CapturePath"/> guesses how best to receive the next packets.</summary>
internal sealed class CaptureHabits
{
    /// <summary>Passes in a row that took one packet, and found no second if they looked for one.</summary>
    public int LonePasses { get; set; }

    /// <summary>Small packets captured since the last large one, up to <see cref="CapturePath.SmallPacketsBetween"/>.</summary>
    public int SmallPackets { get; set; } = CapturePath.SmallPacketsBetween;

    /// <summary>Bytes of attributes in front of the payload in the message received last.</summary>
    public int AttributeBytes { get; set; } = 64;
}
