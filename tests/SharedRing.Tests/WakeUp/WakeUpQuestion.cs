namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>What the model is made for: the two need different simplifications (<see cref="WakeUpModel"/>).</summary>
public enum WakeUpQuestion
{
    /// <summary>Does anybody sleep for ever?</summary>
    LostWakeUps,

    /// <summary>Is anybody rung without having asked, or twice for one wish?</summary>
    ExcessRings,
}
