using System.Collections.Immutable;
using XenLoop.Native;
using XenLoop.Netlink.Route;

namespace XenLoop.Netlink.Tests;

/// <summary>What <c>fq</c> is taken for, whether or not this kernel has it.</summary>
public class QdiscCollectorTests
{
    private const int Interface = 5;

    [Theory]
    [InlineData("fq", null, null)]
    [InlineData("fq", uint.MaxValue, null)]
    [InlineData("fq", 1_250_000u, "fq maxrate")]
    [InlineData("pfifo", 1_250_000u, null)]
    [InlineData("tbf", null, "tbf")]
    public void ALimitForEachFlowIsALimit(string kind, uint? flowLimit, string? shaper)
    {
        var writer = new NetlinkMessageWriter(new byte[256], LinuxRtnetlink.RTM_NEWQDISC);
        writer.Append(new tcmsg { tcm_ifindex = Interface });
        writer.PutString(LinuxTrafficControl.TCA_KIND, kind);
        int options = writer.BeginNested(LinuxTrafficControl.TCA_OPTIONS);
        writer.Put(1, 10_000u);
        if (flowLimit is { } limit)
        {
            writer.Put(LinuxTrafficControl.TCA_FQ_FLOW_MAX_RATE, limit);
        }

        writer.EndNested(options);
        var reader = new NetlinkMessageReader(writer.Finish(1));
        Assert.True(reader.MoveNext());
        var collector = new QdiscCollector();
        collector.Visit(reader);
        Assert.Equal(shaper, collector.ToShapers(ImmutableSortedDictionary<int, string>.Empty).GetValueOrDefault(Interface));
    }
}
