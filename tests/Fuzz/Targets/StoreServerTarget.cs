using System.Text;
using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Fuzz.Targets;

/// <summary>What a guest sends to the local store: domain 1 says what the input says, and domain 2 must not notice.</summary>
internal sealed class StoreServerTarget : FuzzTarget
{
    private const string VictimsHome = "/local/domain/2";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly DomainId Dom0 = new(0);
    private static readonly DomainId Attacker = new(1);
    private static readonly DomainId Victim = new(2);

    public override string Name => "store-server";

    public override int LongestInput => 3 * XenStoreWire.MaximumPayload;

    public override bool UsesThreads => true;

    public override IEnumerable<byte[]> Seeds()
    {
        yield return
        [
            .. Request(XenStoreMessage.XS_WATCH, "data\0token\0"),
            .. Request(XenStoreMessage.XS_WRITE, "data/a/b\0value"),
            .. Request(XenStoreMessage.XS_READ, "data/a/b\0"),
            .. Request(XenStoreMessage.XS_DIRECTORY, "data\0"),
            .. Request(XenStoreMessage.XS_SET_PERMS, "data/a\0n1\0r2\0"),
            .. Request(XenStoreMessage.XS_GET_PERMS, "data/a\0"),
            .. Request(XenStoreMessage.XS_UNWATCH, "data\0token\0"),
            .. Request(XenStoreMessage.XS_MKDIR, "data/c\0"),
            .. Request(XenStoreMessage.XS_RM, "data/a\0"),
        ];
        yield return
        [
            .. Request(XenStoreMessage.XS_TRANSACTION_START, "\0"),
            .. Request(XenStoreMessage.XS_WRITE, "data/a\0value", transaction: 1),
            .. Request(XenStoreMessage.XS_TRANSACTION_END, "T\0", transaction: 1),
            .. Request(XenStoreMessage.XS_READ, VictimsHome + "/data/secret\0"),
            .. Request(XenStoreMessage.XS_WRITE, VictimsHome + "/data/secret\0mine"),
            .. Request(XenStoreMessage.XS_RM, VictimsHome + "/data\0"),
            .. Request(XenStoreMessage.XS_SET_PERMS, VictimsHome + "/data/secret\0b1\0"),
            .. Request(XenStoreMessage.XS_WATCH, "/\0everything\0"),
        ];
    }

    public override void Run(ReadOnlySpan<byte> input) => RunAsync(input.ToArray()).GetAwaiter().GetResult();

    private static byte[] Request(XenStoreMessage type, string payload, uint transaction = 0) =>
        StoreMessages.Frame(type, 1, transaction, Encoding.Latin1.GetBytes(payload));

    private static async Task RunAsync(byte[] input)
    {
        LocalStore store = new();
        LocalStoreClient attacker = store.CreateDomain(Attacker, Identity("attacker"))!;
        LocalStoreClient victim = store.CreateDomain(Victim, Identity("victim"))!;
        LocalStoreClient dom0 = store.ConnectDom0();
        byte[] secret = Guid.NewGuid().ToByteArray();
        store.Write(victim, 0, "data/secret", secret);
        store.Read(dom0, 0, VictimsHome, out StoreNode before);
        (DuplexPipe near, DuplexPipe far) = DuplexPipe.Pair();
        using LocalStoreSession session = new(store, attacker, near);
        Task serving = session.RunAsync(CancellationToken.None);
        Task<bool> reading = ReadAsync(far, secret);
        await far.Output.WriteAsync(input);
        await far.Output.CompleteAsync();
        await serving.WaitAsync(Limit);
        InvariantException.Unless(!await reading.WaitAsync(Limit), "The attacker was told the victim's secret.");
        store.Read(dom0, 0, VictimsHome, out StoreNode after);
        InvariantException.Unless(ReferenceEquals(before, after), "The attacker changed a node of the victim's.");
        InvariantException.Unless(store.Read(dom0, 0, "/local/domain/1", out _) == StoreStatus.NotFound, "A domain outlived its connection.");
    }

    private static GuestIdentity Identity(string name) => new(null, name, [new GuestInterface(new MacAddress(1), [], "xenbr0")]);

    /// <summary>Reads all replies, each of which must be one that our own client takes.</summary>
    /// <returns>True if the secret is in one of them.</returns>
    private static async Task<bool> ReadAsync(DuplexPipe far, byte[] secret)
    {
        bool told = false;
        try
        {
            while (await XenStoreFrame.ReadAsync(far.Input, CancellationToken.None) is { } reply)
            {
                told |= reply.Payload.Span.IndexOf(secret) >= 0;
            }
        }
        catch (IOException)
        {
            // The session ends its direction with one.
        }

        return told;
    }
}
