using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary>
/// Memory that may vanish: an access to a guarded range that the kernel answers with SIGBUS finds zeros instead (<c>fault_guard.c</c>).
/// </summary>
public static unsafe partial class FaultGuard
{
    private const string Library = "xenloop_fault_guard";

    private static readonly Lock OneAtATime = new();
    private static bool _installed;

    /// <summary>Guards <paramref name="bytes"/> bytes of whole pages.</summary>
    /// <returns>A slot for the calls below, or -1 if there is none left.</returns>
    public static int Add(void* start, nuint bytes)
    {
        lock (OneAtATime)
        {
            if (!_installed && xenloop_guard_install() != 0)
            {
                return -1;
            }

            _installed = true;
            return xenloop_guard_add(start, bytes);
        }
    }

    /// <summary>True once a page of the range was lost.</summary>
    public static bool IsLost(int slot) => xenloop_guard_lost(slot) != 0;

    /// <summary>Ends the guard of a range. To be called before the range is unmapped, when nothing touches it any more.</summary>
    public static void Remove(int slot)
    {
        lock (OneAtATime)
        {
            xenloop_guard_remove(slot);
        }
    }

    [LibraryImport(Library)]
    private static partial int xenloop_guard_install();

    [LibraryImport(Library)]
    private static partial int xenloop_guard_add(void* start, nuint bytes);

    [LibraryImport(Library)]
    private static partial int xenloop_guard_lost(int slot);

    [LibraryImport(Library)]
    private static partial void xenloop_guard_remove(int slot);
}
