using XenLoop.Native;
using XenLoop.SharedRing.Xen;

namespace XenLoop.SharedRing.Tests;

/// <summary>What the keeper closes, and what it never closes; pipes stand for the devices.</summary>
[Collection(DescriptorCounting.Name)]
public sealed unsafe class HeldPortsTests : IPortFacts, IDisposable
{
    private readonly HashSet<uint> _existing = [];
    private readonly List<(DomainId Owner, uint Grant, int Offset)> _cleared = [];
    private readonly Dictionary<int, string> _identities = [];
    private readonly HeldPorts _held;

    public HeldPortsTests() => _held = new HeldPorts(this);

    [Fact]
    public void AReleasedPortIsClosed()
    {
        int device = Hold(1, port: 12);
        Release(1, port: 12);
        Assert.False(IsOpen(device));
        Assert.True(_held.TryLeave());
        Assert.Empty(_cleared);
    }

    [Fact]
    public void ADeviceOnWhichNothingWasBoundIsClosed()
    {
        int device = Hold(1, port: 0);
        Release(1, port: 0);
        Assert.False(IsOpen(device));
        Assert.True(_held.TryLeave());
    }

    [Fact]
    public void APortThatIsGoneStaysOpenWhoeverLetsGoOfIt()
    {
        int released = Hold(1, port: 12);
        int abandoned = Hold(2, port: 13);
        _existing.Clear();
        Release(1, port: 12);
        Assert.False(_held.TryLeave());
        Assert.True(IsOpen(released));
        Assert.True(IsOpen(abandoned));
        Assert.Empty(_cleared);
    }

    [Fact]
    public void ARestoreThatWasToldCountsEvenIfTheNumberExistsAgain()
    {
        int old = Hold(1, port: 12, grant: 99);
        _held.Take(new KeeperMessage { Request = KeeperRequest.Restored }, -1);
        int young = Hold(2, port: 12, grant: 100);
        Release(1, port: 12);
        Assert.False(_held.TryLeave());
        Assert.True(IsOpen(old));
        Assert.False(IsOpen(young));
        Assert.Equal((new DomainId(3), 100u, ChannelDescriptor.ConnectorLifeOffset), Assert.Single(_cleared));
    }

    [Fact]
    public void ADeviceWhosePortWasNeverNamedStaysOpen()
    {
        int device = Hold(1, port: 0);
        Assert.False(_held.TryLeave());
        Assert.True(IsOpen(device));
    }

    [Fact]
    public void ADeadAgentsPeersFindItsLifeBytesCleared()
    {
        int listener = Hold(1, port: 12);
        int connector = Hold(2, port: 13, grant: 77);
        Assert.True(_held.TryLeave());
        Assert.False(IsOpen(listener));
        Assert.False(IsOpen(connector));
        Assert.Equal((new DomainId(3), 77u, ChannelDescriptor.ConnectorLifeOffset), Assert.Single(_cleared));
    }

    [Fact]
    public void WhatTheLastKeeperKnewToBeOfThePastThisOneBelieves()
    {
        int device = Hold(1, port: 12, stale: 1);
        Release(1, port: 12);
        Assert.False(_held.TryLeave());
        Assert.True(IsOpen(device));
    }

    [Fact]
    public void AReleaseOfSomethingUnknownDoesNothing()
    {
        int device = Hold(1, port: 12);
        Release(2, port: 12);
        Assert.True(IsOpen(device));
        Assert.True(_held.TryLeave());
    }

    public void Dispose()
    {
        foreach (int device in _identities.Keys.Where(IsOpen))
        {
            _ = LibC.close(device);
        }
    }

    bool IPortFacts.HasPort(uint port) => _existing.Contains(port);

    void IPortFacts.ClearByte(DomainId owner, uint grant, int offset) => _cleared.Add((owner, grant, offset));

    /// <summary>What a descriptor is: its number alone may be somebody else's by now.</summary>
    private static string? Identity(int fd) => new FileInfo($"/proc/self/fd/{fd}").LinkTarget;

    private bool IsOpen(int fd) => Identity(fd) == _identities[fd];

    private int Hold(uint id, uint port, uint grant = 0, uint stale = 0)
    {
        int* ends = stackalloc int[2];
        Assert.Equal(0, LibC.pipe2(ends, LibC.O_CLOEXEC));
        _ = LibC.close(ends[1]);
        _identities[ends[0]] = Identity(ends[0]) ?? throw new InvalidOperationException("No /proc.");
        _held.Take(new KeeperMessage { Request = KeeperRequest.Hold, Id = id, Stale = stale }, ends[0]);
        if (port != 0)
        {
            _existing.Add(port);
            _held.Take(new KeeperMessage { Request = KeeperRequest.Bound, Id = id, Port = port, Peer = 3, DescriptorGrant = grant }, -1);
        }

        return ends[0];
    }

    private void Release(uint id, uint port) => _held.Take(new KeeperMessage { Request = KeeperRequest.Release, Id = id, Port = port }, -1);
}
