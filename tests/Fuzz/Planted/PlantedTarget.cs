using System.Runtime.InteropServices;

namespace XenLoop.Fuzz.Planted;

/// <summary>
/// Faults for the fuzzer to find, as a test of the fuzzer itself: none of them can be met by chance, each can be by whoever follows the
/// coverage step by step. The first byte chooses which kind.
/// </summary>
internal sealed unsafe class PlantedTarget : FuzzTarget
{
    public override string Name => "planted";

    public override int LongestInput => 64;

    public override IEnumerable<byte[]> Seeds() => [[0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0]];

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 6 || input[1] != 'k')
        {
            return;
        }

        if (input[2] != 'e')
        {
            return;
        }

        if (input[3] != 'y')
        {
            return;
        }

        switch (input[0])
        {
            case 0 when input[4] == 0xA5:
                throw new FormatException("planted");
            case 1 when input[4] == 0x5A:
                Allocate(8 << 20);
                break;
            case 2 when input[4] == 0xC3:
                ReadBeyond(input);
                break;
        }
    }

    private static void Allocate(int bytes) => GC.KeepAlive(new byte[bytes]);

    private static void ReadBeyond(ReadOnlySpan<byte> input)
    {
        fixed (byte* start = &MemoryMarshal.GetReference(input))
        {
            GC.KeepAlive(Volatile.Read(ref start[input.Length]));
        }
    }
}
