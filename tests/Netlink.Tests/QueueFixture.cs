using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.Native;
using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink.Tests;

/// <summary>Two guests, and in the first of them a queue for numbered datagrams to the second, read by the test itself.</summary>
internal sealed unsafe class QueueFixture : IDisposable
{
    public const ushort Number = 4711;
    private const int Port = 6000;
    private const int Slots = 32;
    private const int SlotBytes = 70000;

    private readonly VirtualHost _host = new(NetworkMode.Bridged, "a", "b");
    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly IPEndPoint _destination;
    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(Slots * SlotBytes, pinned: true);

    public QueueFixture(bool segmentation = true)
    {
        Sender = _host["a"];
        _receiver = GuestSockets.BindUdp(_host["b"], Port);
        _receiver.ReceiveTimeout = 10000;
        _sender = GuestSockets.BindUdp(Sender, 0);
        _destination = new IPEndPoint(_host["b"].Address, Port);
        Sender.Run("ping", "-c", "1", "-W", "5", _host["b"].Address.ToString()).Checked();
        Queue = Bind(new QueueOptions(Number, segmentation));
        Rule("-A", "POSTROUTING", "-p", "udp", "--dport", Port.ToString(CultureInfo.InvariantCulture), "-j", "NFQUEUE", "--queue-num", Number.ToString(CultureInfo.InvariantCulture), "--queue-bypass");
    }

    public Lab.Guest Sender { get; }

    public QueueSocket Queue { get; }

    /// <summary>Datagrams sent so far: the next number.</summary>
    public int Sent { get; private set; }

    /// <summary>Packets that wait for a verdict, as the kernel says.</summary>
    public int Waiting => Sender.Namespace.Enter(() => File.ReadAllLines("/proc/thread-self/net/netfilter/nfnetlink_queue"))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields[0] == Number.ToString(CultureInfo.InvariantCulture))
        .Sum(fields => int.Parse(fields[2], CultureInfo.InvariantCulture));

    public QueueSocket Bind(QueueOptions options) => Sender.Namespace.Enter(() => QueueSocket.Bind(options));

    public void Rule(params IReadOnlyList<string> rule) => Sender.Run(["iptables", "-w", "-t", "mangle", .. rule]).Checked();

    /// <summary>Sends the next datagram with some bytes behind its number.</summary>
    public void Send(int extraBytes = 0, int? priority = null)
    {
        if (priority is { } wanted)
        {
            // SOL_SOCKET, SO_PRIORITY (asm-generic/socket.h).
            _sender.SetRawSocketOption(1, 12, BitConverter.GetBytes(wanted));
        }

        byte[] datagram = new byte[sizeof(int) + extraBytes];
        BinaryPrimitives.WriteInt32LittleEndian(datagram, Sent);
        Sent++;
        _sender.SendTo(datagram, _destination);
    }

    /// <summary>Takes captured packets until <paramref name="count"/> came.</summary>
    public List<CapturedDatagram> Capture(int count)
    {
        List<CapturedDatagram> captured = [];
        fixed (byte* memory = _memory)
        {
            iovec* vectors = stackalloc iovec[Slots];
            mmsghdr* messages = stackalloc mmsghdr[Slots];
            for (int i = 0; i < Slots; i++)
            {
                vectors[i] = new iovec { iov_base = memory + (i * SlotBytes), iov_len = SlotBytes };
                messages[i] = new mmsghdr { msg_hdr = new msghdr { msg_iov = &vectors[i], msg_iovlen = 1 } };
            }

            nint first = (nint)memory;
            nint headers = (nint)messages;
            Wait.Until(
                () =>
                {
                    int received = Queue.ReceiveMany((mmsghdr*)headers, Math.Min(Slots, count - captured.Count));
                    for (int i = 0; i < received; i++)
                    {
                        var message = new ReadOnlySpan<byte>((byte*)first + (i * SlotBytes), (int)((mmsghdr*)headers)[i].msg_len);
                        captured.Add(CapturedDatagram.Parse(message));
                    }

                    return captured.Count == count;
                },
                TimeSpan.FromSeconds(10),
                $"{count} captured packets",
                () => $"{captured.Count} came.");
        }

        return captured;
    }

    /// <summary>The numbers that arrive, up to and with <paramref name="last"/>.</summary>
    public List<int> Arrived(int last)
    {
        List<int> numbers = [];
        byte[] buffer = new byte[65536];
        do
        {
            _receiver.Receive(buffer);
            numbers.Add(BinaryPrimitives.ReadInt32LittleEndian(buffer));
        }
        while (numbers[^1] != last);
        return numbers;
    }

    public void Dispose()
    {
        Queue.Dispose();
        _sender.Dispose();
        _receiver.Dispose();
        _host.Dispose();
    }
}
