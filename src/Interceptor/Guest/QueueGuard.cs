using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>Holds a queue number that belongs to no peer, so that a second agent in the same network namespace ends before it has touched anything.</summary>
internal static class QueueGuard
{
    /// <summary>The number behind all domains' (<see cref="DomainId.FirstReserved"/>): whatever number a rule made by hand names, a domain's it cannot be.</summary>
    public static int NumberOf(int queueBase) => queueBase + DomainId.FirstReserved;

    /// <summary>Takes the number.</summary>
    /// <returns>To be held for as long as the agent runs; the kernel lets go of it with the process.</returns>
    /// <exception cref="GuestSetupException">Another agent has it, or queues are not to be had.</exception>
    public static QueueSocket Take(int queueBase)
    {
        int number = NumberOf(queueBase);
        try
        {
            return QueueSocket.Bind(new QueueOptions((ushort)number, Segmentation: false));
        }
        catch (NetlinkException error) when (error.Error == Errno.EBUSY)
        {
            throw new GuestSetupException(
                $"Another xenloop is already running in this guest (NFQUEUE {number} is in use, see /proc/net/netfilter/nfnetlink_queue). Stop it; if that is a program with queues of the same numbers, choose others with --queue-base.", error);
        }
        catch (NetlinkException error) when (error.Error is Errno.EPERM or Errno.EACCES)
        {
            throw new GuestSetupException(error.Message, error);
        }
        catch (NetlinkException error)
        {
            throw new GuestSetupException(
                $"This kernel gives no NFQUEUE, so packets cannot be captured. {error.Message} Load the module: modprobe nfnetlink_queue", error);
        }
    }
}
