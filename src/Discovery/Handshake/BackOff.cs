namespace XenLoop.Discovery;

/// <summary>
/// How long one peer is left alone after failures. Ordinary failures double the pause from a second up, until a channel lives;
/// a violator's pause starts higher and is forgotten only when a channel has lived longer than the longest ordinary pause,
/// so that connecting and misbehaving in turn gains nothing.
/// </summary>
public sealed class BackOff(AgentOptions options)
{
    private int _violations;
    private TimeSpan _violatedUntil;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>The time before which there is no attempt of ours.</summary>
    public TimeSpan Until { get; private set; }

    /// <summary>
    /// The time from which on an attempt of the peer's is answered, at the latest <see cref="Until"/>; not before that after a violation. Sooner than
    /// our own next attempt, because two sides that each paused for a minute and then tried for some seconds could miss each other for ever.
    /// </summary>
    public TimeSpan AnswersFrom { get; private set; }

    /// <summary>True while a violation must not be forgotten, even if the peer comes and goes: it can do that as it likes.</summary>
    public bool Remembers(TimeSpan now) => _violations > 0 && now < Until + options.ViolationBackOffMaximum;

    /// <summary>Takes note that an attempt failed, or a channel ended as soon as it was there.</summary>
    public void Failed(TimeSpan now)
    {
        Failures++;
        Extend(now + Grown(options.BackOffMinimum, options.BackOffMaximum, Failures));
        AnswersFrom = Earlier(Until, Later(now + options.AnswerPause, _violatedUntil));
    }

    /// <summary>Takes note that the peer broke the ring's protocol.</summary>
    public void Violated(TimeSpan now)
    {
        Failures++;
        _violations++;
        Extend(now + Grown(options.ViolationBackOffMinimum, options.ViolationBackOffMaximum, _violations));
        _violatedUntil = Until;
        AnswersFrom = Until;
    }

    /// <summary>Takes note that a channel ended that had lived this long.</summary>
    /// <returns>False: so short that it counts as a failure, or connecting and closing in turn would cost us without limit.</returns>
    public bool Lived(TimeSpan life)
    {
        if (life < options.BackOffMinimum)
        {
            return false;
        }

        // The peer's attempt may have been answered during a pause of ours, which the channel has made pointless. A violation's has passed.
        Failures = 0;
        Until = _violatedUntil;
        AnswersFrom = _violatedUntil;
        if (life >= options.BackOffMaximum)
        {
            _violations = 0;
        }

        return true;
    }

    /// <summary>Takes note that the peer has a new life: what held the earlier one back does not count, unless it was a violation.</summary>
    public void PeerRestarted(TimeSpan now)
    {
        if (_violations == 0 && now < Until)
        {
            Until = now;
            AnswersFrom = now;
        }
    }

    private static TimeSpan Grown(TimeSpan minimum, TimeSpan maximum, int times)
    {
        TimeSpan pause = minimum;
        for (int i = 1; i < times && pause < maximum; i++)
        {
            pause *= 2;
        }

        return pause < maximum ? pause : maximum;
    }

    private void Extend(TimeSpan until) => Until = Later(Until, until);

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
