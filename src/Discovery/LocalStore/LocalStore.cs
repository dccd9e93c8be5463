using System.Collections.Immutable;
using System.Text;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// An in-memory XenStore with its toolstack: tree, permissions, watches, transactions, quotas, and domains that come and go.
/// One lock; every request is short. Sockets and the wire are the server's business.
/// </summary>
internal sealed class LocalStore
{
    private static readonly DomainId Dom0 = new(0);

    private readonly Lock _lock = new();
    private readonly List<LocalStoreClient> _clients = [];
    private readonly HashSet<DomainId> _domains = [];
    private StoreTree _tree = StoreTree.Empty;

    /// <summary>An empty store with the directories that every host has.</summary>
    public LocalStore() => Check(_tree.Write(Dom0, StorePath.Domains, null, out _tree));

    /// <summary>Takes in a connection of Dom0's.</summary>
    public LocalStoreClient ConnectDom0() => Connect(new LocalStoreClient(Dom0));

    /// <summary>Takes in a connection that may read what Dom0 may.</summary>
    public LocalStoreClient ConnectObserver() => Connect(new LocalStoreClient(Dom0) { IsObserver = true });

    /// <summary>Makes a domain as a toolstack would, and takes in its connection; null if the number is in use.</summary>
    public LocalStoreClient? CreateDomain(DomainId domain, GuestIdentity identity)
    {
        LocalStoreClient client = new(domain);
        lock (_lock)
        {
            if (!_domains.Add(domain))
            {
                return null;
            }

            LocalToolstack.LayOut(Put, domain, identity);
            _clients.Add(client);
            FireSpecial(StoreNames.IntroduceDomain);
        }

        return client;

        void Put(string path, string value, ImmutableArray<StorePermission> permissions)
        {
            StoreTree before = _tree;
            Check(_tree.Write(Dom0, path, Encoding.ASCII.GetBytes(value), out _tree));
            Check(_tree.SetPermissions(Dom0, path, permissions, out _tree));
            Fire(path, before, _tree);
        }
    }

    /// <summary>Ends a connection; a guest's domain is destroyed with it.</summary>
    public void Disconnect(LocalStoreClient client)
    {
        lock (_lock)
        {
            client.Events.Complete();
            if (!_clients.Remove(client) || client.Domain == Dom0)
            {
                return;
            }

            _domains.Remove(client.Domain);
            foreach (string path in (string[])[StorePath.Of(client.Domain), StoreNames.VifsOf(client.Domain)])
            {
                StoreTree before = _tree;
                Check(_tree.Remove(Dom0, path, out _tree));
                Fire(path, before, _tree);
            }

            FireSpecial(StoreNames.ReleaseDomain);
        }
    }

    /// <summary>READ, DIRECTORY and GET_PERMS: finds a node that the client may read.</summary>
    public StoreStatus Read(LocalStoreClient client, uint transaction, string path, out StoreNode node)
    {
        lock (_lock)
        {
            node = null!;
            return StorePath.Resolve(path, client.Domain) is not { } absolute ? StoreStatus.Invalid
                : TreeFor(client, transaction) is not { } tree ? StoreStatus.NotFound
                : tree.Read(client.Domain, absolute, out node);
        }
    }

    /// <summary>WRITE: sets a value; or without one MKDIR: makes a node.</summary>
    public StoreStatus Write(LocalStoreClient client, uint transaction, string path, ReadOnlyMemory<byte>? value) =>
        Change(client, transaction, path, (tree, absolute) => (tree.Write(client.Domain, absolute, value, out StoreTree result), result));

    /// <summary>RM: removes a node and all below it.</summary>
    public StoreStatus Remove(LocalStoreClient client, uint transaction, string path) =>
        Change(client, transaction, path, (tree, absolute) => (tree.Remove(client.Domain, absolute, out StoreTree result), result));

    /// <summary>SET_PERMS: replaces a node's permissions.</summary>
    public StoreStatus SetPermissions(LocalStoreClient client, uint transaction, string path, ImmutableArray<StorePermission> permissions) =>
        Change(client, transaction, path, (tree, absolute) => (tree.SetPermissions(client.Domain, absolute, permissions, out StoreTree result), result));

    /// <summary>WATCH: sets a watch, which fires once at once, as XenStore's do.</summary>
    public StoreStatus Watch(LocalStoreClient client, string path, string token)
    {
        string? absolute = path is StoreNames.IntroduceDomain or StoreNames.ReleaseDomain ? path : StorePath.Resolve(path, client.Domain);
        if (absolute is null || token.Length is 0 or > StoreQuota.Token)
        {
            return StoreStatus.Invalid;
        }

        lock (_lock)
        {
            StoreWatch watch = new(path, absolute, token);
            if (client.Watches.Contains(watch))
            {
                return StoreStatus.Exists;
            }

            if (client.Domain != Dom0 && client.Watches.Count >= StoreQuota.Watches)
            {
                return StoreStatus.QuotaExceeded;
            }

            client.Watches.Add(watch);
            client.Events.Add(new StoreEvent(path, token));
            return StoreStatus.Ok;
        }
    }

    /// <summary>UNWATCH: ends a watch.</summary>
    public StoreStatus Unwatch(LocalStoreClient client, string path, string token)
    {
        lock (_lock)
        {
            return client.Watches.RemoveAll(watch => watch.Given == path && watch.Token == token) > 0 ? StoreStatus.Ok : StoreStatus.NotFound;
        }
    }

    /// <summary>TRANSACTION_START: begins a transaction; the tree never changes, so its copy is free.</summary>
    public StoreStatus StartTransaction(LocalStoreClient client, out uint transaction)
    {
        lock (_lock)
        {
            transaction = 0;
            if (client.Domain != Dom0 && client.Transactions.Count >= StoreQuota.Transactions)
            {
                return StoreStatus.QuotaExceeded;
            }

            transaction = ++client.LastTransaction;
            client.Transactions.Add(transaction, new StoreTransaction(_tree));
            return StoreStatus.Ok;
        }
    }

    /// <summary>TRANSACTION_END: commits a transaction or drops it.</summary>
    public StoreStatus EndTransaction(LocalStoreClient client, uint transaction, bool commit)
    {
        lock (_lock)
        {
            if (!client.Transactions.Remove(transaction, out StoreTransaction? ended))
            {
                return StoreStatus.NotFound;
            }

            if (!commit || ended.Changed.Count == 0)
            {
                return StoreStatus.Ok;
            }

            if (!ReferenceEquals(ended.Start, _tree))
            {
                return StoreStatus.TryAgain;
            }

            _tree = ended.Tree;
            foreach (string path in ended.Changed)
            {
                Fire(path, ended.Start, _tree);
            }

            return StoreStatus.Ok;
        }
    }

    private LocalStoreClient Connect(LocalStoreClient client)
    {
        lock (_lock)
        {
            _clients.Add(client);
        }

        return client;
    }

    private static void Check(StoreStatus status)
    {
        if (status != StoreStatus.Ok)
        {
            throw new InvalidOperationException($"The local store refused its own host: {status}.");
        }
    }

    private StoreStatus Change(LocalStoreClient client, uint transaction, string path, Func<StoreTree, string, (StoreStatus Status, StoreTree Result)> operation)
    {
        lock (_lock)
        {
            if (StorePath.Resolve(path, client.Domain) is not { } absolute)
            {
                return StoreStatus.Invalid;
            }

            if (TreeFor(client, transaction) is not { } before)
            {
                return StoreStatus.NotFound;
            }

            (StoreStatus status, StoreTree after) = operation(before, absolute);
            if (status != StoreStatus.Ok)
            {
                return status;
            }

            if (transaction != 0)
            {
                return client.Transactions[transaction].Record(absolute, after);
            }

            _tree = after;
            Fire(absolute, before, after);
            return StoreStatus.Ok;
        }
    }

    private StoreTree? TreeFor(LocalStoreClient client, uint transaction) =>
        transaction == 0 ? _tree : client.Transactions.GetValueOrDefault(transaction)?.Tree;

    /// <summary>
    /// Tells every watch at or above the changed node, and every watch below it whose node went with it; each only if its
    /// client may, or might before, read the node in question.
    /// </summary>
    private void Fire(string path, StoreTree before, StoreTree after)
    {
        StoreNode? old = before.Find(path);
        StoreNode? now = after.Find(path);
        foreach (LocalStoreClient client in _clients)
        {
            foreach (StoreWatch watch in client.Watches)
            {
                if (StorePath.IsWithin(path, watch.Absolute))
                {
                    if (MayKnow(client, old, now))
                    {
                        client.Events.Add(new StoreEvent(watch.Echo(path), watch.Token));
                    }
                }
                else if (now is null && StorePath.IsWithin(watch.Absolute, path) && MayKnow(client, before.Find(watch.Absolute), null))
                {
                    client.Events.Add(new StoreEvent(watch.Given, watch.Token));
                }
            }
        }
    }

    private static bool MayKnow(LocalStoreClient client, StoreNode? old, StoreNode? now) =>
        old?.Allows(client.Domain, StoreAccess.Read) == true || now?.Allows(client.Domain, StoreAccess.Read) == true;

    private void FireSpecial(string path)
    {
        foreach (LocalStoreClient client in _clients)
        {
            if (client.Domain != Dom0)
            {
                continue;
            }

            foreach (StoreWatch watch in client.Watches)
            {
                if (watch.Absolute == path)
                {
                    client.Events.Add(new StoreEvent(path, watch.Token));
                }
            }
        }
    }
}
