using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>Tells whether <c>ip rule</c> still reads as at boot: then the tables local, main, default say where a packet goes, and nothing else does.</summary>
internal sealed class PolicyRules(AddressFamilySet families) : INetlinkDumpVisitor
{
    private const int RulesAtBoot = 3;

    private bool _foreign;
    private int _standard;

    /// <summary>True if rules were added, changed or removed.</summary>
    public bool Changed => _foreign || _standard != RulesAtBoot;

    /// <inheritdoc/>
    public void Restart()
    {
        _foreign = false;
        _standard = 0;
    }

    /// <inheritdoc/>
    public void Visit(in NetlinkMessageReader message)
    {
        if (!message.TryReadBody(out fib_rule_hdr header, out AttributeReader attributes) || !families.Contains(header.family))
        {
            return;
        }

        uint priority = 0;
        uint table = header.table;
        bool plain = header is { action: LinuxRtnetlink.FR_ACT_TO_TBL, dst_len: 0, src_len: 0, tos: 0, flags: 0 };
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case LinuxRtnetlink.FRA_PRIORITY:
                    _ = attributes.TryGetUInt32(out priority);
                    break;
                case LinuxRtnetlink.FRA_TABLE:
                    _ = attributes.TryGetUInt32(out table);
                    break;
                case LinuxRtnetlink.FRA_PROTOCOL:
                    break;
                case LinuxRtnetlink.FRA_SUPPRESS_PREFIXLEN when attributes.TryGetUInt32(out uint suppressed) && suppressed == uint.MaxValue:
                    // Always present; all ones is "off".
                    break;
                default:
                    plain = false;
                    break;
            }
        }

        if (plain && IsOfBoot(priority, table))
        {
            _standard++;
        }
        else
        {
            _foreign = true;
        }
    }

    /// <summary>True for a rule as at boot: one that fib_default_rules_init (net/ipv4/fib_rules.c) makes.</summary>
    private static bool IsOfBoot(uint priority, uint table) => (priority, table) is
        (0, LinuxRtnetlink.RT_TABLE_LOCAL) or (32766, LinuxRtnetlink.RT_TABLE_MAIN) or (32767, LinuxRtnetlink.RT_TABLE_DEFAULT);
}
