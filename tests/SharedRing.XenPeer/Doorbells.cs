using XenLoop.Native;

namespace XenLoop.SharedRing.XenPeer;

/// <summary>Waiting for doorbells through edge-triggered epoll, as the data path does.</summary>
internal static unsafe class Doorbells
{
    private const int FirstMilliseconds = 10_000;
    private const int FurtherMilliseconds = 2_000;

    /// <summary>True if the peer rang within that time.</summary>
    public static bool Wait(Channel channel, int milliseconds)
    {
        using FileDescriptor epoll = Watch(channel);
        return TryTake(epoll, channel, milliseconds);
    }

    /// <summary>Takes wake-ups until none comes any more, but no more than <paramref name="most"/>, should there be no end.</summary>
    /// <returns>How many.</returns>
    public static int TakeStorm(Channel channel, int most)
    {
        using FileDescriptor epoll = Watch(channel);
        int taken = 0;
        while (taken < most && TryTake(epoll, channel, taken == 0 ? FirstMilliseconds : FurtherMilliseconds))
        {
            taken++;
        }

        return taken;
    }

    private static bool TryTake(FileDescriptor epoll, Channel channel, int milliseconds)
    {
        epoll_event happened;
        if (DirectCalls.EpollWait(epoll.Number, &happened, 1, milliseconds) <= 0)
        {
            return false;
        }

        channel.Doorbell.Acknowledge();
        return true;
    }

    private static FileDescriptor Watch(Channel channel)
    {
        FileDescriptor epoll = new(LibC.epoll_create1(LibC.EPOLL_CLOEXEC));
        epoll_event wanted = new() { events = LibC.EPOLLIN | LibC.EPOLLET };
        return LibC.epoll_ctl(epoll.Number, LibC.EPOLL_CTL_ADD, channel.Doorbell.PollFd, &wanted) == 0
            ? epoll
            : throw new InvalidOperationException($"The doorbell cannot be watched: {Errno.Describe(LibC.LastError)}.");
    }
}
