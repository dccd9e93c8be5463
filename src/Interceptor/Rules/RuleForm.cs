namespace XenLoop.Interceptor.Rules;

/// <summary>How a capture rule tells which packets it takes.</summary>
internal enum RuleForm
{
    /// <summary>Takes all packets to the peer: where no connection tracking is, or none may be loaded.</summary>
    Plain,

    /// <summary>
    /// Takes only packets of connections that connection tracking has confirmed and that are not translated. The first packet of
    /// a connection has to leave the standard way: an entry is confirmed behind POSTROUTING (nf_confirm in
    /// net/netfilter/nf_conntrack_proto.c), and a packet taken before leaves none, so that a stateful firewall would see
    /// the answer as invalid. Source translation happens behind mangle as well.
    /// </summary>
    Conntrack,
}
