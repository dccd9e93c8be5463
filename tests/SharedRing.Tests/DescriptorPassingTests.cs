using XenLoop.Native;

namespace XenLoop.SharedRing.Tests;

public unsafe class DescriptorPassingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(DescriptorPassing.MaxDescriptors)]
    public void BytesAndDescriptorsArriveTogether(int count)
    {
        using SocketPair sockets = new();
        int[] sent = [.. Enumerable.Repeat(sockets.Left, count)];
        Assert.Equal(0, DescriptorPassing.Send(sockets.Left, "hello"u8, sent, 0));
        Span<byte> bytes = stackalloc byte[16];
        Span<int> received = stackalloc int[DescriptorPassing.MaxDescriptors];
        Assert.Equal(0, DescriptorPassing.Receive(sockets.Right, bytes, received, out int length, out int passed, 0));
        Assert.Equal("hello"u8, bytes[..length]);
        Assert.Equal(count, passed);
        foreach (int descriptor in received[..passed])
        {
            Assert.NotEqual(sockets.Left, descriptor);
            Assert.Equal(1, LibC.fcntl(descriptor, 1, 0)); // F_GETFD: FD_CLOEXEC
        }

        DescriptorPassing.Close(received[..passed]);
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedAndClosed()
    {
        using SocketPair sockets = new();
        int before = sockets.Count();
        Span<byte> bytes = stackalloc byte[4];
        Span<int> received = stackalloc int[1];
        DescriptorPassing.Send(sockets.Left, "four"u8, [sockets.Left, sockets.Left], 0);
        Assert.Equal(Errno.EMSGSIZE, DescriptorPassing.Receive(sockets.Right, bytes, received, out _, out int passed, 0));
        Assert.Equal(0, passed);
        DescriptorPassing.Send(sockets.Left, "five!"u8, [sockets.Left], 0);
        Assert.Equal(Errno.EMSGSIZE, DescriptorPassing.Receive(sockets.Right, bytes, received, out _, out passed, 0));
        Assert.Equal(0, passed);
        Assert.Equal(before, sockets.Count());
    }

    [Fact]
    public void ErrorsAreReturned()
    {
        using SocketPair sockets = new();
        Span<byte> bytes = stackalloc byte[4];
        Assert.Equal(Errno.EAGAIN, DescriptorPassing.Receive(sockets.Right, bytes, [], out _, out _, LibC.MSG_DONTWAIT));
        sockets.CloseRight();
        Assert.Equal(Errno.EPIPE, DescriptorPassing.Send(sockets.Left, "x"u8, [], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DescriptorPassing.Send(sockets.Left, "x"u8, new int[9], 0));
    }

    private sealed class SocketPair : IDisposable
    {
        private readonly FileDescriptor _left;
        private readonly FileDescriptor _right;
        private readonly string _leftTarget;

        public SocketPair()
        {
            int* fds = stackalloc int[2];
            Assert.Equal(0, LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC, 0, fds));
            _left = new FileDescriptor(fds[0]);
            _right = new FileDescriptor(fds[1]);
            _leftTarget = new FileInfo($"/proc/self/fd/{Left}").LinkTarget!;
        }

        public int Left => _left.Number;

        public int Right => _right.Number;

        /// <summary>Descriptors of this process that name the left socket.</summary>
        public int Count() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(entry => new FileInfo(entry).LinkTarget == _leftTarget);

        public void CloseRight() => _right.Dispose();

        public void Dispose()
        {
            _left.Dispose();
            _right.Dispose();
        }
    }
}
