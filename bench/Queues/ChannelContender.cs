using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace XenLoop.Queues;

/// <summary>.NET's own queue, <c>System.Threading.Channels</c>: bounded, for one writer and one reader, which spin as the others do.</summary>
internal sealed unsafe class ChannelContender(string name, long records, int capacity) : PairContender(name, records, CacheLine.Bytes)
{
    private Channel<CacheLine> _channel = Channel.CreateBounded<CacheLine>(1);

    protected override void Open() => _channel = Channel.CreateBounded<CacheLine>(new BoundedChannelOptions(capacity)
    {
        SingleReader = true,
        SingleWriter = true,
        AllowSynchronousContinuations = true,
    });

    protected override void Close() => _channel.Writer.Complete();

    protected override void Produce()
    {
        ChannelWriter<CacheLine> writer = _channel.Writer;
        ref CacheLine source = ref Unsafe.AsRef<CacheLine>(Source);
        for (long sent = 0; sent < records;)
        {
            if (writer.TryWrite(source))
            {
                sent++;
            }
            else
            {
                Relax();
            }
        }
    }

    protected override void Consume()
    {
        ChannelReader<CacheLine> reader = _channel.Reader;
        for (long received = 0; received < records;)
        {
            if (reader.TryRead(out CacheLine record))
            {
                *(CacheLine*)Target = record;
                received++;
            }
            else
            {
                Relax();
            }
        }
    }
}
