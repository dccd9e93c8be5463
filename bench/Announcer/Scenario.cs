using System.Globalization;
using XenLoop.Discovery;
using XenLoop.Discovery.Tests;

namespace XenLoop.AnnouncerCost;

/// <summary>One host of a number of guests on one bridge, through a day: boot, a guest that starts and ends, a rename, an address, netback at work, heartbeats.</summary>
internal sealed class Scenario(int guests)
{
    private const string Bridge = "xenbr0";
    private const int Repeats = 10;
    private const int Beats = 20;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    /// <summary>Plays and prints it.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine($"\n{guests} guests            reads   writes  watches       bytes    CPU ms");
        await using SimulatedHost host = new();
        await host.AnnounceAsync(TimeSpan.FromHours(1), cancel);
        List<StoreSession> residents = [];
        await MeasureAsync(host, "boot, all at once", 1, async _ => residents.AddRange(await host.StartManyAsync(guests, Bridge, cancel)), cancel);
        (int nodes, int bytes) = (0, 0);
        foreach (StoreSession resident in residents)
        {
            (int more, int longer) = await host.MeasureAsync(resident, cancel);
            (nodes, bytes) = (nodes + more, bytes + longer);
        }

        List<StoreSession> visitors = [];
        await MeasureAsync(host, "a guest starts", Repeats, async _ => visitors.Add(await host.StartAsync(Bridge, cancel)), cancel);
        await MeasureAsync(host, "a guest ends", Repeats, async i => await visitors[i].Store.DisposeAsync(), cancel);
        await MeasureAsync(host, "a guest is renamed", Repeats, i => host.RenameAsync(residents[i], $"new-{i}", cancel), cancel);
        await MeasureAsync(host, "a guest's ip changes", Repeats, i => host.PutVifAsync(residents[i], "ip", $"10.9.9.{i}", cancel), cancel);
        await MeasureAsync(host, "netback changes state", Repeats, i => host.PutVifAsync(residents[i], "state", "4", cancel), cancel);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  in the store: {nodes:N0} nodes of peers, {bytes:N0} bytes with their paths"));
        foreach (StoreSession resident in residents)
        {
            await resident.Store.DisposeAsync();
        }

        await HeartbeatsAsync(cancel);
    }

    private async Task HeartbeatsAsync(CancellationToken cancel)
    {
        await using SimulatedHost host = new();
        await host.AnnounceAsync(Beat, cancel);
        List<StoreSession> residents = await host.StartManyAsync(guests, Bridge, cancel);
        await host.SettleAsync(cancel);
        Usage before = Usage.Now(host);
        await Task.Delay(Beats * Beat, cancel);
        Usage usage = Usage.Now(host).Since(before);
        Print("heartbeat", usage, (int)Math.Max(1, usage.Writes / guests));
        foreach (StoreSession resident in residents)
        {
            await resident.Store.DisposeAsync();
        }
    }

    private static async Task MeasureAsync(SimulatedHost host, string what, int times, Func<int, Task> happening, CancellationToken cancel)
    {
        await host.SettleAsync(cancel);
        Usage before = Usage.Now(host);
        for (int i = 0; i < times; i++)
        {
            await happening(i);
            await host.SettleAsync(cancel);
        }

        Print(what, Usage.Now(host).Since(before), times);
    }

    private static void Print(string what, Usage usage, int times) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {what,-22}{(double)usage.Reads / times,8:N1} {(double)usage.Writes / times,8:N1} {(double)usage.Watches / times,8:N1} {(double)usage.Bytes / times,11:N0} {usage.Cpu.TotalMilliseconds / times,9:N2}"));
}
