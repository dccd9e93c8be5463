using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Tells the log who may take part, and which entries of the lists name nobody: a typing error in a deny list keeps nobody out.</summary>
internal sealed partial class PolicyReport(IStore store, AnnouncerOptions options, ILogger log)
{
    /// <summary>Writes it, by one look at the names of all guests of the host, with an agent or without.</summary>
    /// <returns>False: the store could not say a name, and nothing was written; try again in a while.</returns>
    public async Task<bool> TryWriteAsync(IEnumerable<DomainId> domains, CancellationToken cancel)
    {
        if (options.Allow.IsEmpty && options.Deny.IsEmpty)
        {
            return true;
        }

        bool withUuid = new GuestPolicy(options).NeedsUuid;
        NodeReader nodes = new(store);
        List<ToolstackIdentity> guests = [];
        foreach (DomainId domain in domains)
        {
            guests.Add(await ToolstackIdentity.ReadAsync(nodes, domain, withUuid, cancel).ConfigureAwait(false));
            if (nodes.Trouble != StoreStatus.Ok)
            {
                return false;
            }
        }

        LogLists(log, options.Allow.IsEmpty ? "every guest" : string.Join(' ', options.Allow), options.Deny.IsEmpty ? "nobody" : string.Join(' ', options.Deny));
        NoteStrangers("--allow", options.Allow, guests);
        NoteStrangers("--deny", options.Deny, guests);
        return true;
    }

    private void NoteStrangers(string option, ImmutableArray<string> list, List<ToolstackIdentity> guests)
    {
        foreach (string entry in list)
        {
            if (!guests.Exists(guest => guest.IsMeantBy(entry)))
            {
                LogStranger(log, option, entry);
            }
        }
    }

    [LoggerMessage(EventId = 217, Level = LogLevel.Information, Message = "May take part: {Allowed}; denied: {Denied}.")]
    private static partial void LogLists(ILogger log, string allowed, string denied);

    [LoggerMessage(EventId = 218, Level = LogLevel.Warning, Message = "{Option} names '{Entry}', which is no guest of this host now: neither a name (xl list), nor a domain number, nor a UUID (xl vm-list). Right if that guest is to come; else a typing error.")]
    private static partial void LogStranger(ILogger log, string option, string entry);
}
