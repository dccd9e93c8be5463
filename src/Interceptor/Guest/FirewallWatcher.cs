using XenLoop.Native;
using XenLoop.Netlink;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// Hears of changes to nftables, iptables-nft's included, on a thread of its own, which sleeps until there is one: a firewall manager that reloads
/// takes our rules away, or brings connection tracking into use. The older ip_tables tell nobody; there only looking helps.
/// </summary>
internal sealed unsafe class FirewallWatcher : IDisposable
{
    /// <summary>Milliseconds without a change after which a reload, which is many of them, has ended.</summary>
    private const int QuietMilliseconds = 50;

    /// <summary>Milliseconds after which changes without an end are looked at.</summary>
    private const int BurstMilliseconds = 500;

    /// <summary>Milliseconds between two calls: each costs a few short programs.</summary>
    private const int PauseMilliseconds = 1000;

    private readonly NetlinkSocket _events;
    private readonly Action _changed;
    private readonly FileDescriptor _stop;
    private readonly Thread _thread;
    private readonly byte[] _datagram = GC.AllocateUninitializedArray<byte>(32 * 1024);

    private FirewallWatcher(NetlinkSocket events, FileDescriptor stop, Action changed)
    {
        _events = events;
        _stop = stop;
        _changed = changed;
        _thread = new Thread(Follow) { Name = "firewall view", IsBackground = true };
    }

    /// <summary>Starts to listen; null where the kernel has no nf_tables, or does not tell.</summary>
    /// <param name="changed">Called after each change, on the thread, once a second at most.</param>
    public static FirewallWatcher? TryStart(Action changed)
    {
        try
        {
            if (!NfTablesModule.TryLoad())
            {
                return null;
            }

            NetlinkSocket events = NetlinkSocket.Open(LinuxNetlink.NETLINK_NETFILTER, 1u << (NfTables.NFNLGRP_NFTABLES - 1));
            var stop = new FileDescriptor(LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK));
            if (stop.IsInvalid)
            {
                events.Dispose();
                return null;
            }

            var watcher = new FirewallWatcher(events, stop, changed);
            watcher._thread.Start();
            return watcher;
        }
        catch (NetlinkException)
        {
            return null;
        }
    }

    /// <summary>Ends the thread; nothing is called any more afterwards.</summary>
    public void Dispose()
    {
        ulong one = 1;
        LibC.write(_stop.Number, &one, sizeof(ulong));
        _thread.Join();
        _stop.Dispose();
        _events.Dispose();
    }

    private void Follow()
    {
        long? first = null;
        while (Wait(first is null ? Timeout.Infinite : QuietMilliseconds, listen: true, out bool heard))
        {
            if (heard && Drain())
            {
                first ??= Environment.TickCount64;
            }

            if (first is { } since && (!heard || Environment.TickCount64 - since >= BurstMilliseconds))
            {
                first = null;
                _changed();
                if (!Wait(PauseMilliseconds, listen: false, out _))
                {
                    return;
                }
            }
        }
    }

    /// <summary>True if one of the messages that waited tells of a table, a chain or a rule; elements of sets change all the time.</summary>
    private bool Drain()
    {
        bool relevant = false;
        while (true)
        {
            int length = _events.Receive(_datagram, out int error);
            if (error != 0)
            {
                // Some were dropped, or one was too long: they may have told anything.
                return true;
            }

            if (length == 0)
            {
                return relevant;
            }

            var messages = new NetlinkMessageReader(_datagram.AsSpan(0, length));
            while (messages.MoveNext())
            {
                relevant |= IsRelevant(messages.Header.nlmsg_type);
            }
        }
    }

    private static bool IsRelevant(ushort type) => (type >> 8) == NfTables.NFNL_SUBSYS_NFTABLES
        && (type & 0xFF) is NfTables.NFT_MSG_NEWTABLE or NfTables.NFT_MSG_DELTABLE or NfTables.NFT_MSG_NEWCHAIN or NfTables.NFT_MSG_DELCHAIN
            or NfTables.NFT_MSG_NEWRULE or NfTables.NFT_MSG_DELRULE;

    /// <summary>Waits for so long, or until something is heard if that is listened for; false: stop.</summary>
    private bool Wait(int milliseconds, bool listen, out bool heard)
    {
        pollfd* wanted = stackalloc pollfd[2];
        wanted[0] = new pollfd { fd = _stop.Number, events = LibC.POLLIN };
        wanted[1] = new pollfd { fd = _events.Descriptor, events = LibC.POLLIN };
        LibC.poll(wanted, listen ? 2u : 1u, milliseconds);
        heard = listen && wanted[1].revents != 0;
        return wanted[0].revents == 0;
    }
}
