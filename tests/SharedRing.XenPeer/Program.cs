using System.Globalization;
using XenLoop.Hostile;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Xen;
using XenLoop.SharedRing.XenPeer;

// One domain's end of channels that are opened by hand: does what it reads, line by line, from standard input (see Session).
// Argument: the own domain number; or what makes it its own keeper; or what makes it a hostile guest (HostileGuest).
if (args is [PortKeeperProcess.Command])
{
    return PortKeeperProcess.Run();
}

if (args is [HostileGuest.Command, .. var orders])
{
    await HostileGuest.RunAsync(Orders.Parse(orders));
}

using Session session = new(new DomainId(ushort.Parse(args[0], CultureInfo.InvariantCulture)));
while (Console.In.ReadLine() is { } line)
{
    Console.Out.WriteLine(session.Do(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    Console.Out.Flush();
}

return 0;
