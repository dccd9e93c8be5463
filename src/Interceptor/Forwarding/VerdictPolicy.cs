namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Decides whether verdicts on a port's carried TCP packets wait for company. A verdict frees the sender's copy; a syscall for each costs a
/// tenth of a round trip on Xen.
/// </summary>
/// <remarks>
/// A sender that writes a request in several pieces waits for that: TCP keeps a small packet back as long as the one before is in the machine
/// (<c>tcp_should_autocork</c> in net/ipv4/tcp.c), and it went on when the timer ran out, after 10 ms. So a verdict waits only when the
/// peer is expected to send data next: after as many packets as each of the last exchanges took. When one more comes all the same, or
/// hardly any come until enough verdicts wait, or until the timer's end and one right after that, it takes twice as many exchanges until verdicts wait
/// again. Only packets with data count there: beside a stream from the peer, whose data seem to answer each piece, acknowledgements are sent all the time.
/// Where none comes right after the timer's end, nobody has waited: a program paused, or has ended. Then it takes as many exchanges again.
/// </remarks>
/// <param name="milliseconds">A clock.</param>
internal sealed class VerdictPolicy(Func<long> milliseconds)
{
    /// <summary>Exchanges of one kind after which verdicts wait, at first.</summary>
    public const int ShortestRun = 16;

    /// <summary>Most exchanges of one kind that are asked for; after so many the next run need not be longer than the first.</summary>
    public const int LongestRun = 1 << 20;

    /// <summary>Packets with data, from the timer's start to its end or in a full batch of verdicts, that are a brisk exchange.</summary>
    private const int BriskPackets = 4;

    /// <summary>
    /// Milliseconds after the timer's end within which a packet may be one that had to wait for it: what lets the sender go on may itself have to wait
    /// for the next tick, and this thread for a processor.
    /// </summary>
    private const long Soon = 50;

    private int _needed = ShortestRun;
    private int _run;
    private int _expected;
    private int _packets;
    private ulong _received;
    private uint _timerRun;
    private uint _sent;
    private uint _sentAtStart;
    private uint _sentAtFlush;
    private bool _waits;

    /// <summary>When the timer ended a wait in which hardly anything was sent, until the next packet tells whether it was waited for.</summary>
    private long? _slackSince;

    /// <summary>Takes note of captured packets that carry data.</summary>
    /// <param name="packets">How many in this pass.</param>
    /// <param name="received">Packets with data that have come from the peer so far. Others answer nothing.</param>
    /// <returns>True: their verdicts may wait.</returns>
    public bool TakeCapture(int packets, ulong received)
    {
        if (_slackSince is { } since)
        {
            _slackSince = null;
            EndRun(guessedWrong: milliseconds() - since < Soon);
        }

        if (received != _received)
        {
            EndExchange();
            _received = received;
        }

        _sent += (uint)packets;
        _packets += packets;
        if (_packets > _expected)
        {
            EndRun(guessedWrong: true);
        }

        _waits = _run >= _needed && _packets == _expected;
        return _waits;
    }

    /// <summary>Takes note that verdicts wait for the timer, which may run already, for other ports'.</summary>
    /// <param name="run">Which of the timer's runs this is.</param>
    public void StartTimer(uint run)
    {
        if (run != _timerRun)
        {
            _timerRun = run;
            _sentAtStart = _sent;
        }
    }

    /// <summary>Takes note that the timer has run out while verdicts waited.</summary>
    public void EndTimer()
    {
        if (_waits && _sent - _sentAtStart < BriskPackets)
        {
            _slackSince = milliseconds();
        }

        _waits = false;
        _sentAtFlush = _sent;
    }

    /// <summary>Takes note that verdicts have been sent.</summary>
    /// <param name="full">True if that was because enough of them waited for company.</param>
    public void Flushed(bool full)
    {
        if (full)
        {
            if (_waits && _sent - _sentAtFlush < BriskPackets)
            {
                EndRun(guessedWrong: true);
            }

            _waits = false;
        }

        _sentAtFlush = _sent;
    }

    private void EndExchange()
    {
        if (_packets == _expected)
        {
            _run = Math.Min(_run + 1, LongestRun);
            _needed = _run == LongestRun ? ShortestRun : _needed;
        }
        else
        {
            _expected = _packets;
            _run = 0;
        }

        _packets = 0;
    }

    /// <summary>Ends a run of exchanges of one kind; <paramref name="guessedWrong"/>: somebody may have waited for the timer.</summary>
    private void EndRun(bool guessedWrong)
    {
        _needed = guessedWrong && _run >= _needed ? Math.Min(_needed * 2, LongestRun) : _needed;
        _run = 0;
    }
}
