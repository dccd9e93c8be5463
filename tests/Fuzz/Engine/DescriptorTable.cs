using XenLoop.Native;

namespace XenLoop.Fuzz.Engine;

/// <summary>Which descriptors this process holds, of the lowest numbers, in one system call.</summary>
internal sealed unsafe class DescriptorTable
{
    /// <summary>Many times what the fuzzer holds; new descriptors get the lowest free numbers (open(2)).</summary>
    private const int Watched = 256;

    private const int LooksMilliseconds = 100;

    private readonly pollfd[] _state = new pollfd[Watched];
    private readonly bool[] _held = new bool[Watched];

    /// <summary>All numbers are looked at.</summary>
    public DescriptorTable()
    {
        for (int i = 0; i < Watched; i++)
        {
            _state[i].fd = i;
        }
    }

    /// <summary>Takes note of what is held now.</summary>
    public void Remember()
    {
        Look();
        for (int i = 0; i < Watched; i++)
        {
            _held[i] = IsHeld(i);
        }
    }

    /// <summary>
    /// True if nothing is held that was not then. Threads of the runtime open files for an instant, too (one false alarm in 3 million
    /// executions), so that it is looked again before that is denied: what was left open stays open.
    /// </summary>
    public bool HoldsNothingMore() => Count() == 0 || SpinWait.SpinUntil(() => Count() == 0, LooksMilliseconds);

    private int Count()
    {
        Look();
        int more = 0;
        for (int i = 0; i < Watched; i++)
        {
            more += IsHeld(i) && !_held[i] ? 1 : 0;
        }

        return more;
    }

    /// <summary>A number that is no descriptor is said to be none (poll(2)).</summary>
    private bool IsHeld(int descriptor) => (_state[descriptor].revents & LibC.POLLNVAL) == 0;

    private void Look()
    {
        fixed (pollfd* state = _state)
        {
            if (LibC.poll(state, Watched, 0) < 0)
            {
                throw new InvalidOperationException($"The process may not look at {Watched} descriptors: {Errno.Describe(LibC.LastError)}.");
            }
        }
    }
}
