using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink.Tests;

/// <summary>Which queues have a listener, as the kernel tells.</summary>
public sealed class ListenedQueuesTests
{
    [Fact]
    public void A_queue_is_listened_to_until_it_is_closed()
    {
        using var fixture = new QueueFixture();
        Assert.Equal([QueueFixture.Number], fixture.Sender.Namespace.Enter(ListenedQueues.Read));
        fixture.Queue.Dispose();
        Assert.Empty(fixture.Sender.Namespace.Enter(ListenedQueues.Read));
    }

    [Fact]
    public void Lines_of_another_form_are_passed_over() =>
        Assert.Equal([7, 65535], ListenedQueues.Parse(["    7   4711     0 2  1024     0     0        0  1", "65535 12 0 2", "", "x 1", "65536 1", "12"]));
}
