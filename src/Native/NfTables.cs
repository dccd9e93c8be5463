namespace XenLoop.Native;

/// <summary><c>linux/netfilter/nf_tables.h</c> and <c>nfnetlink.h</c>: what nf_tables announces of tables, chains and rules.</summary>
public static class NfTables
{
    public const int NFNL_SUBSYS_NFTABLES = 10;
    public const int NFNLGRP_NFTABLES = 7;

    public const int NFT_MSG_NEWTABLE = 0;
    public const int NFT_MSG_DELTABLE = 2;
    public const int NFT_MSG_NEWCHAIN = 3;
    public const int NFT_MSG_DELCHAIN = 5;
    public const int NFT_MSG_NEWRULE = 6;
    public const int NFT_MSG_DELRULE = 8;
    public const int NFT_MSG_GETGEN = 16;
}
