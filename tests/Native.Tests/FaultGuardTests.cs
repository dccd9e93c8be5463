namespace XenLoop.Native.Tests;

/// <summary>Memory that vanishes, without Xen: pages of a file that was cut after it was mapped.</summary>
public sealed unsafe class FaultGuardTests : IDisposable
{
    private const int Page = 4096;
    private const int Pages = 8;

    private readonly FileDescriptor _file;
    private readonly byte* _memory;

    public FaultGuardTests()
    {
        fixed (byte* name = "fault-guard-test\0"u8)
        {
            _file = new FileDescriptor(LibC.memfd_create(name, LibC.MFD_CLOEXEC));
        }

        Assert.Equal(0, LibC.ftruncate(_file.Number, Pages * Page));
        _memory = (byte*)LibC.mmap(null, Pages * Page, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, _file.Number, 0);
        Assert.True(_memory != LibC.MAP_FAILED);
        new Span<byte>(_memory, Pages * Page).Fill(7);
    }

    [Fact]
    public void LostPagesReadAsZerosAndCanBeWritten()
    {
        int slot = FaultGuard.Add(_memory, Pages * Page);
        Assert.True(slot >= 0);
        Assert.False(FaultGuard.IsLost(slot));
        Assert.Equal(0, LibC.ftruncate(_file.Number, 2 * Page));
        Assert.Equal(7, _memory[Page]);
        Assert.False(FaultGuard.IsLost(slot));

        Assert.Equal(0, Volatile.Read(ref _memory[(3 * Page) + 100]));
        Assert.True(FaultGuard.IsLost(slot));
        _memory[5 * Page] = 9;
        Assert.Equal(9, _memory[5 * Page]);
        Assert.All(new Span<byte>(_memory + (6 * Page), 2 * Page).ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(7, _memory[0]);
        FaultGuard.Remove(slot);
    }

    [Fact]
    public void AllThreadsSurvive()
    {
        int slot = FaultGuard.Add(_memory, Pages * Page);
        Assert.Equal(0, LibC.ftruncate(_file.Number, 0));
        Parallel.For(0, 64, i => Volatile.Read(ref _memory[i % Pages * Page]));
        Assert.True(FaultGuard.IsLost(slot));
        FaultGuard.Remove(slot);
    }

    [Fact]
    public void ASlotIsUsedAgainAndKnowsNothingOfTheLast()
    {
        int slot = FaultGuard.Add(_memory, Page);
        Assert.Equal(0, LibC.ftruncate(_file.Number, 0));
        Assert.Equal(0, Volatile.Read(ref *_memory));
        FaultGuard.Remove(slot);
        int again = FaultGuard.Add(_memory + Page, Page);
        Assert.Equal(slot, again);
        Assert.False(FaultGuard.IsLost(again));
        FaultGuard.Remove(again);
    }

    [Fact]
    public void ThereAreSlotsForManyChannelsAndThenNone()
    {
        List<int> slots = [];
        for (int slot = FaultGuard.Add(_memory, Page); slot >= 0; slot = FaultGuard.Add(_memory, Page))
        {
            slots.Add(slot);
        }

        Assert.InRange(slots.Count, 256, 4096);
        slots.ForEach(FaultGuard.Remove);
    }

    public void Dispose()
    {
        _ = LibC.munmap(_memory, Pages * Page);
        _file.Dispose();
    }
}
