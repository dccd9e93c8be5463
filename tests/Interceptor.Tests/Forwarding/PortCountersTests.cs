using System.Runtime.CompilerServices;
using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public class PortCountersTests
{
    /// <summary>The arrays' lengths are numbers in attributes, which the compiler does not compare with the enumerations that index them.</summary>
    [Fact]
    public void ThereIsOneCounterForEachReason()
    {
        Assert.Equal(HighestValue<AcceptReason>() + 1, Unsafe.SizeOf<PortCounters.AcceptCounts>() / sizeof(ulong));
        Assert.Equal(HighestValue<DropReason>() + 1, Unsafe.SizeOf<PortCounters.DropCounts>() / sizeof(ulong));
    }

    private static int HighestValue<T>()
        where T : struct, Enum => Enum.GetValues<T>().Max(reason => Convert.ToInt32(reason, null));
}
