using XenLoop.Interceptor.Guest;
using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.Netlink.Route;
using XenLoop.Netlink.TrafficControl;

namespace XenLoop.Interceptor.Tap;

/// <summary>The TAP, set up so that what is written to it appears on the real interface.</summary>
internal sealed class InjectionDevice : IDisposable
{
    private const uint TransmitQueuePackets = 1000;

    private InjectionDevice(TapDevice tap, bool offload, string offloadReason, string classifier)
    {
        Tap = tap;
        Offload = offload;
        OffloadReason = offloadReason;
        Classifier = classifier;
    }

    /// <summary>The TAP that frames are written to.</summary>
    public TapDevice Tap { get; }

    /// <summary>True if super-packets and partial checksums may be written.</summary>
    public bool Offload { get; }

    /// <summary>Why super-packets and partial checksums may or may not be written, for the log.</summary>
    public string OffloadReason { get; }

    /// <summary>How the kernel tells which packets to redirect, for the log: <c>matchall</c> or <c>u32</c>.</summary>
    public string Classifier { get; }

    /// <summary>Creates the TAP and redirects its ingress.</summary>
    /// <param name="target">The interface that packets are to appear on.</param>
    /// <param name="mode">Whether offload is wanted.</param>
    /// <exception cref="GuestSetupException">That is not possible here.</exception>
    public static InjectionDevice Create(LinkEntry target, OffloadMode mode)
    {
        TapDevice tap = TapDevice.Create("xl%d");
        try
        {
            using LinkControl link = LinkControl.Open(tap.Name);

            // A frame to any other address would be another host's to the kernel (PACKET_OTHERHOST), and dropped.
            link.SetMac(target.Mac ?? throw new GuestSetupException($"The interface {target.Name} has no Ethernet address, so it cannot be a vif."));

            // Before it comes up: no router solicitations or address of its own.
            link.TryDisableIPv6();
            link.SetTransmitQueueLength(TransmitQueuePackets);
            bool granted = mode != OffloadMode.Off && tap.TrySetOffload(enabled: true);
            link.SetUp(up: true);
            (bool offload, string reason) = Decide(tap, mode, granted);
            string classifier = IngressRedirect.Install(tap.Name, target.Name);
            return new InjectionDevice(tap, offload, reason, classifier);
        }
        catch (NetlinkException error)
        {
            tap.Dispose();
            throw new GuestSetupException(error.Message, error);
        }
        catch
        {
            tap.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Tap.Dispose();

    private static (bool Offload, string Reason) Decide(TapDevice tap, OffloadMode mode, bool granted)
    {
        if (mode == OffloadMode.Off)
        {
            return (false, "switched off by --offload off");
        }

        int error = granted ? OffloadSelfTest.Run(tap) : Errno.EINVAL;
        if (error == 0)
        {
            return (true, "the kernel takes super-packets");
        }

        string refusal = $"the kernel refuses super-packets on a TAP: {Errno.Describe(error)}";
        if (mode == OffloadMode.On)
        {
            throw new GuestSetupException($"--offload on was asked for, but {refusal}. Use --offload auto.");
        }

        tap.TrySetOffload(enabled: false);
        return (false, refusal);
    }
}
