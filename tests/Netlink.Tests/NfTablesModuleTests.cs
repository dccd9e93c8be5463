namespace XenLoop.Netlink.Tests;

public sealed class NfTablesModuleTests
{
    [Fact]
    public void It_is_there_once_it_was_asked_for() => Assert.True(NfTablesModule.TryLoad());

    /// <summary>A peer's coming opens a socket; buffers of 64 KB that each of them left behind made an agent grow by 7 MB in 1,000 comings.</summary>
    [Fact]
    public void A_socket_and_its_requests_leave_little_to_the_garbage_collector()
    {
        NfTablesModule.TryLoad();
        long before = GC.GetAllocatedBytesForCurrentThread();
        NfTablesModule.TryLoad();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * 1024);
    }
}
