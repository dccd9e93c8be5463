using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>The local store's content and XenStore's rules for it. Never changed: an operation returns the tree that follows.</summary>
/// <param name="Root">The node <c>/</c>.</param>
internal sealed record StoreTree(StoreNode Root)
{
    /// <summary>A tree that is empty except for the root, which is Dom0's.</summary>
    public static StoreTree Empty { get; } = new(StoreNode.OwnedBy(new DomainId(0)));

    /// <summary>Finds a node whatever its permissions; null: there is none.</summary>
    public StoreNode? Find(string path)
    {
        StoreNode? node = Root;
        foreach (string part in StorePath.Split(path))
        {
            if (!node.Children.TryGetValue(part, out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>Finds a node that the caller may read.</summary>
    public StoreStatus Read(DomainId caller, string path, out StoreNode node)
    {
        node = Find(path)!;
        return node is null ? StoreStatus.NotFound : node.Allows(caller, StoreAccess.Read) ? StoreStatus.Ok : StoreStatus.AccessDenied;
    }

    /// <summary>Sets a value, or with none only makes sure that the node is there; makes missing parents.</summary>
    public StoreStatus Write(DomainId caller, string path, ReadOnlyMemory<byte>? value, out StoreTree result)
    {
        result = this;
        if (value?.Length > StoreQuota.Value && caller.Value != 0)
        {
            return StoreStatus.QuotaExceeded;
        }

        StoreStatus status = Write(Root, caller, StorePath.Split(path), value, created: false, out StoreNode root);
        if (status == StoreStatus.Ok)
        {
            // Counted over the whole tree: a guest may own nodes below another's, if that one lets it write there.
            if (caller.Value != 0 && Find(path) is null && root.CountOwned(caller) > StoreQuota.Nodes)
            {
                return StoreStatus.QuotaExceeded;
            }

            result = new StoreTree(root);
        }

        return status;
    }

    /// <summary>Removes a node and all below it. A missing node is not an error, a missing parent is.</summary>
    public StoreStatus Remove(DomainId caller, string path, out StoreTree result)
    {
        result = this;
        string[] parts = StorePath.Split(path);
        if (parts.Length == 0)
        {
            return StoreStatus.Invalid;
        }

        StoreNode? node = Find(path);
        if (node is null)
        {
            return Find(path[..Math.Max(1, path.LastIndexOf('/'))]) is null ? StoreStatus.NotFound : StoreStatus.Ok;
        }

        if (!node.Allows(caller, StoreAccess.Write))
        {
            return StoreStatus.AccessDenied;
        }

        result = new StoreTree(Replace(Root, parts, replacement: null));
        return StoreStatus.Ok;
    }

    /// <summary>Replaces permissions: for the owner and Dom0, and only Dom0 may change the owner.</summary>
    public StoreStatus SetPermissions(DomainId caller, string path, ImmutableArray<StorePermission> permissions, out StoreTree result)
    {
        result = this;
        StoreNode? node = Find(path);
        if (node is null)
        {
            return StoreStatus.NotFound;
        }

        if (permissions.IsEmpty || permissions.Length > StoreQuota.Permissions)
        {
            return StoreStatus.Invalid;
        }

        if (caller.Value != 0 && (caller != node.Owner || permissions[0].Domain != caller))
        {
            return StoreStatus.AccessDenied;
        }

        result = new StoreTree(Replace(Root, StorePath.Split(path), node with { Permissions = permissions }));
        return StoreStatus.Ok;
    }

    private static StoreStatus Write(StoreNode node, DomainId caller, ReadOnlySpan<string> parts, ReadOnlyMemory<byte>? value, bool created, out StoreNode result)
    {
        result = node;
        if (parts.IsEmpty)
        {
            // MKDIR of what is there already changes nothing and needs no right.
            if (!created && value is not null && !node.Allows(caller, StoreAccess.Write))
            {
                return StoreStatus.AccessDenied;
            }

            result = value is { } bytes ? node with { Value = bytes } : node;
            return StoreStatus.Ok;
        }

        bool missing = !node.Children.TryGetValue(parts[0], out StoreNode? child);
        if (missing && !created && !node.Allows(caller, StoreAccess.Write))
        {
            return StoreStatus.AccessDenied;
        }

        StoreStatus status = Write(child ?? node.NewChild(caller), caller, parts[1..], value, missing, out StoreNode changed);
        if (status == StoreStatus.Ok)
        {
            result = node with { Children = node.Children.SetItem(parts[0], changed) };
        }

        return status;
    }

    private static StoreNode Replace(StoreNode node, ReadOnlySpan<string> parts, StoreNode? replacement)
    {
        if (parts.Length == 1 && replacement is null)
        {
            return node with { Children = node.Children.Remove(parts[0]) };
        }

        return parts.IsEmpty
            ? replacement!
            : node with { Children = node.Children.SetItem(parts[0], Replace(node.Children[parts[0]], parts[1..], replacement)) };
    }
}
