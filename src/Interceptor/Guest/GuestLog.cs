using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>What the guest's agent says, with stable numbers (2000 to 2999).</summary>
internal static partial class GuestLog
{
    [LoggerMessage(2000, LogLevel.Information, "Capturing on {Interface}, injecting through {Tap} (redirected by {Classifier}); {Offload}.")]
    public static partial void Started(ILogger log, string @interface, string tap, string classifier, string offload);

    [LoggerMessage(2002, LogLevel.Information, "Domain {Domain} ({Name}) is co-resident; its packets come through NFQUEUE {Queue}.")]
    public static partial void PeerFound(ILogger log, DomainId domain, string name, ushort queue);

    [LoggerMessage(2003, LogLevel.Information, "Domain {Domain} has left.")]
    public static partial void PeerLeft(ILogger log, DomainId domain);

    [LoggerMessage(2005, LogLevel.Information, "The channel to domain {Domain} is closed; its traffic takes the standard path.")]
    public static partial void Released(ILogger log, DomainId domain);

    [LoggerMessage(2007, LogLevel.Error, "Traffic to domain {Domain} stays on the standard path until its queue can be bound. {Problem}")]
    public static partial void QueueFailed(ILogger log, DomainId domain, string problem);

    [LoggerMessage(2008, LogLevel.Warning, "Domain {Domain} broke the ring's protocol ({Violation}); the channel is closed and not touched any more.")]
    public static partial void Violated(ILogger log, DomainId domain, RingViolation violation);

    [LoggerMessage(2009, LogLevel.Error, "The firewall rules could not be brought up to date; what could not be changed stays as it was. {Problem}")]
    public static partial void RulesFailed(ILogger log, string problem);

    [LoggerMessage(2010, LogLevel.Warning, "The firewall rules had been changed by somebody else and are in place again.")]
    public static partial void RulesRestored(ILogger log);

    [LoggerMessage(2024, LogLevel.Warning, "Another program changes the firewall's rules again and again. XenLoop looks at its own again in {Seconds} s at the earliest. Where nftables are used, 'nft monitor' shows which program it is.")]
    public static partial void RulesContested(ILogger log, int seconds);

    [LoggerMessage(2011, LogLevel.Information, "Firewall rules: {Backend}, {Form} form, because {Reason}.")]
    public static partial void RulesChosen(ILogger log, string backend, string form, string reason);

    [LoggerMessage(2013, LogLevel.Information, "Stopping: all traffic returns to the standard path.")]
    public static partial void Stopping(ILogger log);

    [LoggerMessage(2014, LogLevel.Warning, "A request on the control socket failed: {Problem}")]
    public static partial void ControlFailed(ILogger log, string problem);

    [LoggerMessage(2015, LogLevel.Warning, "The channel to domain {Domain} closes at once: no queue could be bound for that domain.")]
    public static partial void ChannelUnusable(ILogger log, DomainId domain);

    [LoggerMessage(2016, LogLevel.Warning, "The kernel's interfaces and routes cannot be followed at the moment; trying again. {Problem}")]
    public static partial void NetworkUnseen(ILogger log, string problem);

    [LoggerMessage(2017, LogLevel.Warning, "{Tap} had been switched off; it is up again.")]
    public static partial void TapRaised(ILogger log, string tap);

    [LoggerMessage(2018, LogLevel.Error, "A part of the agent failed, so the agent stops: {Kind}: {Problem}")]
    public static partial void PartFailed(ILogger log, string kind, string problem);

    [LoggerMessage(2019, LogLevel.Information, "This guest has further vifs ({Others}): traffic through them takes the standard path. To serve one of them instead of {Interface}, use --interface.")]
    public static partial void OtherVifs(ILogger log, string @interface, string others);

    [LoggerMessage(2020, LogLevel.Information, "{Before} was renamed to {Now}; xenloop keeps serving it.")]
    public static partial void Renamed(ILogger log, string before, string now);

    [LoggerMessage(2021, LogLevel.Warning, "{Interface} has another Ethernet address now: {Mac}.")]
    public static partial void Readdressed(ILogger log, string @interface, string mac);

    [LoggerMessage(2022, LogLevel.Warning, "All traffic from this guest now takes the standard path: {Why}.")]
    public static partial void Obstructed(ILogger log, string why);

    [LoggerMessage(2023, LogLevel.Information, "The obstacle is gone: this guest uses the fast path again.")]
    public static partial void Unobstructed(ILogger log);

    [LoggerMessage(2027, LogLevel.Warning, "Domain {Domain} takes what it is sent so slowly that others would wait with it: its packets take the standard path for {Seconds} s.")]
    public static partial void TooSlow(ILogger log, DomainId domain, double seconds);

    [LoggerMessage(2025, LogLevel.Warning, "Somebody had removed the redirect of what arrives on {Tap} to {Interface}; it is in place again.")]
    public static partial void TapRedirected(ILogger log, string tap, string @interface);

    [LoggerMessage(2026, LogLevel.Warning, "{Interface} has an XDP program, which would not see packets from peers (the kernel skips XDP for redirected packets). Waiting until it is gone (ip link set dev {Interface} xdp off); traffic takes the standard path.")]
    public static partial void WaitsForXdp(ILogger log, string @interface);
}
