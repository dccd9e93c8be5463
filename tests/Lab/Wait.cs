using System.Diagnostics;

namespace XenLoop.Lab;

/// <summary>Waits for something to become true, by looking again and again.</summary>
public static class Wait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns as soon as <paramref name="condition"/> holds.</summary>
    /// <param name="condition">Looked at every 10 ms.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="what">Completes the sentence "waited for ...".</param>
    /// <param name="detail">What to add to the complaint; asked for only then.</param>
    /// <exception cref="LabException">It did not come true in time.</exception>
    public static void Until(Func<bool> condition, TimeSpan timeout, string what, Func<string>? detail = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > timeout)
            {
                throw new LabException($"Waited {timeout.TotalSeconds:0.#} s in vain for {what}.\n{detail?.Invoke()}");
            }

            Thread.Sleep(Interval);
        }
    }
}
