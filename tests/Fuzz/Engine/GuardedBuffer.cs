using XenLoop.Native;

namespace XenLoop.Fuzz.Engine;

/// <summary>Bytes whose end lies at an inaccessible page: the first byte beyond them that is read ends the process.</summary>
internal sealed unsafe class GuardedBuffer : IDisposable
{
    private readonly byte* _start;
    private readonly byte* _end;
    private readonly nuint _bytes;

    /// <summary>For up to <paramref name="longest"/> bytes.</summary>
    public GuardedBuffer(int longest)
    {
        int page = Environment.SystemPageSize;
        int room = (longest + page - 1) / page * page;
        _bytes = (nuint)(room + (2 * page));
        _start = (byte*)LibC.mmap(null, _bytes, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (_start == LibC.MAP_FAILED
            || LibC.mmap(_start + page, (nuint)room, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_FIXED, -1, 0) == LibC.MAP_FAILED)
        {
            throw new InvalidOperationException($"No guarded memory: {Errno.Describe(LibC.LastError)}.");
        }

        _end = _start + page + room;
    }

    /// <summary>Copies <paramref name="bytes"/> to just before the guard.</summary>
    public ReadOnlySpan<byte> Place(ReadOnlySpan<byte> bytes)
    {
        var place = new Span<byte>(_end - bytes.Length, bytes.Length);
        bytes.CopyTo(place);
        return place;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = LibC.munmap(_start, _bytes);
}
