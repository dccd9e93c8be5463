using System.Globalization;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;
using XenLoop.SharedRing.Peer;

// The other process of the second-process tests: maps what it is offered and exchanges records until done, or until killed.
// Arguments: broker socket, own domid, peer's domid, grant reference, nonce, seed, records to send, records to expect.
DomainId self = new(ushort.Parse(args[1], CultureInfo.InvariantCulture));
DomainId peer = new(ushort.Parse(args[2], CultureInfo.InvariantCulture));
ChannelOffer offer = new(uint.Parse(args[3], CultureInfo.InvariantCulture), 0);
ulong nonce = ulong.Parse(args[4], CultureInfo.InvariantCulture);
using LocalChannelPlatform platform = new(args[0], self);
using Channel channel = Channel.Connect(platform.Map(peer, offer), nonce);
StressEnd end = new(channel, ulong.Parse(args[5], CultureInfo.InvariantCulture));
long toSend = long.Parse(args[6], CultureInfo.InvariantCulture);
long toExpect = long.Parse(args[7], CultureInfo.InvariantCulture);
StressOutcome outcome = end.Exchange(toSend, toExpect);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{outcome} sent {end.Sent} received {end.Received} {end.Counts}"));
return outcome == StressOutcome.Complete ? 0 : 1;
