using System.Runtime.InteropServices;
using XenLoop.Fuzz.Engine;
using XenLoop.Native;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Fuzz.Targets;

/// <summary>What a process sends to the grant broker of the local platform, descriptors included. It may not get what was granted to others, nor leave descriptors open.</summary>
/// <remarks>Input: records of one byte that says how many descriptors go along (modulo 9; one more than a message carries is too many), one for the message's length modulo 32, the message.</remarks>
internal sealed unsafe class GrantTarget : FuzzTarget
{
    private const int MostDescriptors = DescriptorPassing.MaxDescriptors;

    private static readonly DomainId Victim = new(2);
    private static readonly DomainId VictimsPeer = new(3);

    private readonly int[] _descriptors = new int[MostDescriptors];
    private readonly DescriptorTable _table = new();

    public GrantTarget()
    {
        for (int i = 0; i < MostDescriptors; i++)
        {
            _descriptors[i] = OpenNull();
        }
    }

    public override string Name => "grant";

    public override int LongestInput => 1024;

    public override IEnumerable<byte[]> Seeds()
    {
        yield return
        [
            .. Record(0, new GrantMessage(GrantRequest.Hello, 1)),
            .. Record(GrantedDescriptors.Count, new GrantMessage(GrantRequest.Grant, Victim.Value)),
            .. Record(0, new GrantMessage(GrantRequest.Map, Victim.Value, 7)),
            .. Record(0, new GrantMessage(GrantRequest.Revoke, reference: 7)),
        ];
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        _table.Remember();
        var grants = new GrantTable();
        int* ends = stackalloc int[2];
        if (LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0, ends) != 0)
        {
            throw new InvalidOperationException($"No pair of sockets: {Errno.Describe(LibC.LastError)}.");
        }

        using (FileDescriptor attacker = new(ends[0]))
        using (GrantConnection connection = new(new FileDescriptor(ends[1]), grants))
        {
            // A descriptor that is nobody's: were it handed over or closed, sending or closing would tell.
            object victim = new();
            grants.TryAdd(new Grant(victim, Victim, VictimsPeer, []), out uint secret);
            var records = new InputReader(input);
            bool alive = true;
            while (alive && !records.IsAtEnd)
            {
                alive = Exchange(attacker.Number, connection, ref records);
            }

            InvariantException.Unless(
                connection.Domain == VictimsPeer || grants.TakeForMapper(secret, Victim, VictimsPeer) is not null,
                "A grant went to somebody else than it was made for.");
        }

        InvariantException.Unless(_table.HoldsNothingMore(), "A descriptor was left open.");
    }

    private static byte[] Record(byte descriptors, GrantMessage message) =>
        [descriptors, GrantMessage.Bytes, .. MemoryMarshal.AsBytes(new ReadOnlySpan<GrantMessage>(ref message))];

    private bool Exchange(int socket, GrantConnection connection, ref InputReader records)
    {
        int descriptors = records.Byte() % (MostDescriptors + 1);
        ReadOnlySpan<byte> message = records.Take(records.Byte() % 32);
        if (message.IsEmpty || DescriptorPassing.Send(socket, message, _descriptors.AsSpan(0, descriptors), LibC.MSG_DONTWAIT) != 0)
        {
            return false;
        }

        bool alive = connection.Serve(domain => domain == Victim);
        Span<byte> answer = stackalloc byte[64];
        Span<int> received = stackalloc int[MostDescriptors];
        if (DescriptorPassing.Receive(socket, answer, received, out int length, out int passed, LibC.MSG_DONTWAIT) == 0)
        {
            DescriptorPassing.Close(received[..passed]);
            InvariantException.Unless(length is 0 or GrantMessage.Bytes && MemoryMarshal.Read<GrantMessage>(answer).IsWellFormed, "An answer that our own client would refuse.");
        }

        return alive;
    }

    private static int OpenNull()
    {
        fixed (byte* path = "/dev/null\0"u8)
        {
            return LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC);
        }
    }
}
