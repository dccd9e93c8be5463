namespace XenLoop.Netlink.Queue;

/// <summary>How one queue is bound.</summary>
/// <param name="Number">Its number, as the firewall rule names it.</param>
/// <param name="Segmentation">True: super-packets come whole and checksums partial. False: the kernel segments and sums first.</param>
/// <param name="MaxPackets">Packets that may wait for a verdict; more go the standard way.</param>
/// <param name="ReceiveBufferBytes">Kernel memory for packets on their way to us. Too little makes the kernel drop: 6,471 retransmissions with the default, none with 16 MB.</param>
public readonly record struct QueueOptions(ushort Number, bool Segmentation, int MaxPackets = 4096, int ReceiveBufferBytes = 16 << 20);
