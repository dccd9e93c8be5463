using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace XenLoop.Discovery;

/// <summary>One whole message, header and payload, and its way through a pipe.</summary>
/// <param name="Header">The message's header; its length is the payload's.</param>
/// <param name="Payload">The message's payload, at most <see cref="XenStoreWire.MaximumPayload"/> bytes; a copy of its own.</param>
internal readonly record struct XenStoreFrame(XenStoreHeader Header, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Reads one message; null at an end between two messages.</summary>
    /// <exception cref="InvalidDataException">The stream ends within a message, or the message is too long.</exception>
    public static async ValueTask<XenStoreFrame?> ReadAsync(PipeReader reader, CancellationToken cancel)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancel).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (TryParse(ref buffer, out XenStoreFrame frame))
            {
                reader.AdvanceTo(buffer.Start);
                return frame;
            }

            if (result.IsCompleted)
            {
                return buffer.IsEmpty
                    ? null
                    : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the stream ended {buffer.Length} bytes into a message"));
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Writes one message and waits until the pipe took it. One writer at a time.</summary>
    /// <returns>False: the other side has gone.</returns>
    public static async ValueTask<bool> WriteAsync(PipeWriter writer, XenStoreMessage type, uint request, uint transaction, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        XenStoreWire.WriteHeader(writer.GetSpan(XenStoreWire.HeaderBytes), new XenStoreHeader(type, request, transaction, (uint)payload.Length));
        writer.Advance(XenStoreWire.HeaderBytes);
        writer.Write(payload.Span);
        FlushResult result = await writer.FlushAsync(cancel).ConfigureAwait(false);
        return !result.IsCompleted;
    }

    private static bool TryParse(ref ReadOnlySequence<byte> buffer, out XenStoreFrame frame)
    {
        frame = default;
        if (buffer.Length < XenStoreWire.HeaderBytes)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[XenStoreWire.HeaderBytes];
        buffer.Slice(0, XenStoreWire.HeaderBytes).CopyTo(bytes);
        XenStoreHeader header = XenStoreWire.ReadHeader(bytes);
        if (header.Length > XenStoreWire.MaximumPayload)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"a message announces {header.Length} bytes of payload, the limit is {XenStoreWire.MaximumPayload}"));
        }

        if (buffer.Length < XenStoreWire.HeaderBytes + header.Length)
        {
            return false;
        }

        frame = new XenStoreFrame(header, buffer.Slice(XenStoreWire.HeaderBytes, header.Length).ToArray());
        buffer = buffer.Slice(XenStoreWire.HeaderBytes + header.Length);
        return true;
    }
}
