using XenLoop.Discovery;

namespace XenLoop.Fuzz.Targets;

/// <summary>Messages of the store's wire protocol as bytes.</summary>
internal static class StoreMessages
{
    /// <summary>Header and payload.</summary>
    public static byte[] Frame(XenStoreMessage type, uint request, uint transaction, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[XenStoreWire.HeaderBytes + payload.Length];
        XenStoreWire.WriteHeader(frame, new XenStoreHeader(type, request, transaction, (uint)payload.Length));
        payload.CopyTo(frame.AsSpan(XenStoreWire.HeaderBytes));
        return frame;
    }
}
