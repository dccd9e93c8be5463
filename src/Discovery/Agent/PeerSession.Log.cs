using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <content>What the session tells people.</content>
internal sealed partial class PeerSession
{
    [LoggerMessage(EventId = 300, Level = LogLevel.Information, Message = "Connected to domain {Peer} ({Name}): {KiB} KiB each way.")]
    private static partial void LogConnected(ILogger log, DomainId peer, string name, int kib);

    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "The channel to domain {Peer} ({Name}) closes: {Why}. Traffic takes the standard path.")]
    private static partial void LogReleasing(ILogger log, DomainId peer, string name, string why);

    [LoggerMessage(EventId = 305, Level = LogLevel.Information, Message = "The channel to domain {Peer} ({Name}) opens again with {NewKiB} KiB instead of {OldKiB} KiB each way.")]
    private static partial void LogResizing(ILogger log, DomainId peer, string name, int oldKiB, int newKiB);

    [LoggerMessage(EventId = 302, Level = LogLevel.Warning, Message = "No channel to domain {Peer} for now: {Why}")]
    private static partial void LogNoChannel(ILogger log, DomainId peer, string why);

    [LoggerMessage(EventId = 303, Level = LogLevel.Warning, Message = "The node for domain {Peer} could not be written: the store said {Status}. Trying again, later each time.")]
    private static partial void LogNotPublished(ILogger log, DomainId peer, StoreStatus status);
}
