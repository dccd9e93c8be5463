namespace XenLoop.Discovery;

/// <summary>An open <c>/dev/xen/xenbus</c>: the seam below which a test can play the kernel.</summary>
/// <remarks>One thread reads and one writes. Dispose only when neither is inside.</remarks>
internal interface IXenBusFile : IDisposable
{
    /// <summary>Waits for bytes and takes as many as there are, at most the buffer.</summary>
    /// <returns>Their number; 0 after <see cref="Cancel"/>.</returns>
    /// <exception cref="IOException">The device failed.</exception>
    int Read(Span<byte> buffer);

    /// <summary>Hands one whole message over. A WATCH or UNWATCH returns only when the store has answered it.</summary>
    /// <returns>0, or the errno with which the kernel refused this message and no other.</returns>
    /// <exception cref="IOException">The kernel took a part of it: nothing can be sent after that.</exception>
    int Write(ReadOnlySpan<byte> message);

    /// <summary>Ends the present and every later <see cref="Read"/>. Any thread.</summary>
    void Cancel();
}
