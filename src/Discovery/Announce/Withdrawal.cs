using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Takes back what announcers have told the guests of a host. Their agents then let go of their channels, though nobody else can tell them to.</summary>
public static class Withdrawal
{
    /// <summary>Removes the announcer's nodes of every guest; one that runs would write some of them again.</summary>
    /// <param name="store">The store, with Dom0's rights.</param>
    /// <param name="cancel">Ends it half-way; what is removed is removed.</param>
    /// <returns>The guests that had been told something, by number.</returns>
    /// <exception cref="StoreUnavailableException">The store could not say or do something: those guests, which it names, may still be told what they were.</exception>
    public static async Task<ImmutableArray<DomainId>> RunAsync(IStore store, CancellationToken cancel)
    {
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(StorePath.Domains, cancel).ConfigureAwait(false);
        if (!names.IsOk)
        {
            throw new StoreUnavailableException($"The domains cannot be listed: the store said {names.Status}. Nothing was taken back; try again.");
        }

        ImmutableArray<DomainId>.Builder told = ImmutableArray.CreateBuilder<DomainId>();
        List<string> failures = [];
        foreach (string name in names.Value)
        {
            if (!DomainId.TryParse(name, out DomainId domain) || domain.Value == 0)
            {
                continue;
            }

            // Asked first, because removing what is not there is no error with every xenstored.
            string path = StoreNames.For(domain, StoreNames.Announced);
            StoreStatus status = (await store.ListAsync(path, cancel).ConfigureAwait(false)).Status;
            status = status == StoreStatus.Ok ? await store.RemoveAsync(path, cancel).ConfigureAwait(false) : status;
            if (status == StoreStatus.Ok)
            {
                told.Add(domain);
            }
            else if (status != StoreStatus.NotFound)
            {
                failures.Add($"{domain} ({status})");
            }
        }

        told.Sort();
        return failures.Count == 0
            ? told.ToImmutable()
            : throw new StoreUnavailableException($"From {told.Count} guests everything was taken back, but not from domain {string.Join(", ", failures)}: the store said what stands in brackets. Try again.");
    }
}
