using System.Collections.Concurrent;
using System.Text;

namespace XenLoop.Discovery.Tests;

/// <summary>A Xen guest's store with the kernel in front of it, played: values, watches with a quota, and restores.</summary>
internal sealed class PlayedGuest : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly List<(PlayedXenBus File, string Path, string Token)> _watches = [];
    private readonly List<(PlayedXenBus File, string Path, string Token)> _heldEvents = [];
    private readonly BlockingCollection<Action> _work = [];
    private readonly ManualResetEventSlim _answering = new(initialState: true);
    private bool _holdEvents;

    public PlayedGuest(string number)
    {
        _nodes["domid"] = number;
        _nodes["device/vif/0/mac"] = "00:16:3e:00:00:01";
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public int WatchQuota { get; set; } = 85;

    public List<PlayedXenBus> Files { get; } = [];

    public int WatchCount
    {
        get
        {
            lock (_lock)
            {
                return _watches.Count;
            }
        }
    }

    public PlayedXenBus Open()
    {
        PlayedXenBus file = new(this);
        lock (_lock)
        {
            Files.Add(file);
        }

        return file;
    }

    /// <summary>The store stops answering.</summary>
    public void Freeze() => _answering.Reset();

    public void Thaw() => _answering.Set();

    /// <summary>Events wait: the store is slow to send them.</summary>
    public void HoldEvents() => _holdEvents = true;

    public void ReleaseEvents()
    {
        lock (_lock)
        {
            _holdEvents = false;
            _heldEvents.ForEach(Fire);
            _heldEvents.Clear();
        }
    }

    /// <summary>As libxl and <c>xs_resume</c> do: new nodes, <c>data/</c> empty, every watch set anew and firing.</summary>
    public void Restore(string number)
    {
        lock (_lock)
        {
            foreach (string path in _nodes.Keys.Where(path => path.StartsWith("data/", StringComparison.Ordinal)).ToArray())
            {
                _nodes.Remove(path);
            }

            _nodes["domid"] = number;
            _watches.ForEach(Fire);
        }
    }

    public string? Find(string path)
    {
        lock (_lock)
        {
            return _nodes.GetValueOrDefault(path);
        }
    }

    public void Remove(string path)
    {
        lock (_lock)
        {
            _nodes.Remove(path);
        }
    }

    /// <summary>Runs on the store's own thread, in order.</summary>
    /// <returns>False: the guest has been disposed. A transport's threads end by themselves, perhaps after the test.</returns>
    public bool TryEnqueue(Action work)
    {
        lock (_lock)
        {
            if (_work.IsAddingCompleted)
            {
                return false;
            }

            _work.Add(work);
            return true;
        }
    }

    /// <summary>What a xenstored replies.</summary>
    public (XenStoreMessage Type, byte[] Payload) Answer(XenStoreMessage type, byte[] payload)
    {
        XenStorePayload.TrySplitPath(payload, out string path, out ReadOnlyMemory<byte> rest);
        lock (_lock)
        {
            switch (type)
            {
                case XenStoreMessage.XS_READ:
                    return _nodes.TryGetValue(path, out string? value) ? (type, Encoding.ASCII.GetBytes(value)) : Error("ENOENT");
                case XenStoreMessage.XS_DIRECTORY:
                    string[] names = [.. _nodes.Keys.Where(node => node.StartsWith(path + "/", StringComparison.Ordinal)).Select(node => node[(path.Length + 1)..].Split('/')[0]).Distinct()];
                    return names.Length > 0 ? (type, XenStorePayload.FromStrings(names)) : Error("ENOENT");
                case XenStoreMessage.XS_WRITE:
                    _nodes[path] = Encoding.ASCII.GetString(rest.Span);
                    return (type, XenStorePayload.FromStrings("OK"));
                default:
                    return Error("EINVAL");
            }
        }
    }

    /// <returns>False: the quota is used up.</returns>
    public bool TryWatch(PlayedXenBus file, string path, string token)
    {
        lock (_lock)
        {
            if (_watches.Count >= WatchQuota)
            {
                return false;
            }

            _watches.Add((file, path, token));
            Fire((file, path, token));
            return true;
        }
    }

    public void Unwatch(PlayedXenBus file)
    {
        lock (_lock)
        {
            _watches.RemoveAll(watch => watch.File == file);
        }
    }

    public void Dispose()
    {
        Thaw();
        lock (_lock)
        {
            _work.CompleteAdding();
        }
    }

    private static (XenStoreMessage Type, byte[] Payload) Error(string name) => (XenStoreMessage.XS_ERROR, XenStorePayload.FromStrings(name));

    private void Fire((PlayedXenBus File, string Path, string Token) watch)
    {
        if (_holdEvents)
        {
            _heldEvents.Add(watch);
        }
        else
        {
            watch.File.Reply(new XenStoreHeader(XenStoreMessage.XS_WATCH_EVENT, 0xDEAD, 0xBEEF, 0), XenStorePayload.FromStrings(watch.Path, watch.Token));
        }
    }

    private void Serve()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            _answering.Wait();
            work();
        }
    }
}
