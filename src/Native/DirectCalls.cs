using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary>The data path's system calls, without what the runtime and the C library put around others.</summary>
/// <remarks>
/// <para>
/// That is some 100 instructions a call: <c>read</c>, <c>write</c>, <c>recv</c> and their like are cancellation points (glibc turns asynchronous
/// cancellation on and off around them in a process with threads), which <c>syscall</c> is not; and before and after a call the runtime tells its
/// collector, and saves <c>errno</c>. On Xen a round trip has fourteen of them.
/// </para>
/// <para>
/// The collector waits for all of these but <see cref="EpollWait"/>: only for calls that no other process can make sleep. (One on a pipe it can, non-blocking
/// or not: <c>fs/pipe.c</c> holds the pipe's mutex while the other end copies.) Results are the kernel's own: negative numbers are errors
/// (<see cref="Errno"/>). Numbers: <c>arch/x86/entry/syscalls/syscall_64.tbl</c>.
/// </para>
/// </remarks>
public static unsafe partial class DirectCalls
{
    private const nint SYS_read = 0;
    private const nint SYS_write = 1;
    private const nint SYS_ioctl = 16;
    private const nint SYS_writev = 20;
    private const nint SYS_sendto = 44;
    private const nint SYS_recvfrom = 45;
    private const nint SYS_recvmsg = 47;
    private const nint SYS_epoll_wait = 232;
    private const nint SYS_recvmmsg = 299;

    /// <summary><c>read(2)</c>, of a descriptor that does not block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Read(int fd, void* buffer, nuint bytes) => Result(syscall(SYS_read, fd, (nint)buffer, (nint)bytes));

    /// <summary><c>write(2)</c>, to a descriptor that does not block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Write(int fd, void* buffer, nuint bytes) => Result(syscall(SYS_write, fd, (nint)buffer, (nint)bytes));

    /// <summary><c>writev(2)</c>, to a descriptor that does not block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Writev(int fd, iovec* vectors, int count) => Result(syscall(SYS_writev, fd, (nint)vectors, count));

    /// <summary><c>ioctl(2)</c>, of a kind that sleeps at most until another thread of ours has ended its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Ioctl(int fd, nuint request, void* argument) => Result(syscall(SYS_ioctl, fd, (nint)request, (nint)argument));

    /// <summary><c>send(2)</c>, to a netlink socket of the kernel's: it takes the message before the call returns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Send(int fd, void* buffer, nuint bytes) => Result(syscall(SYS_sendto, fd, (nint)buffer, (nint)bytes, 0, 0, 0));

    /// <summary><c>recv(2)</c> with <see cref="LibC.MSG_DONTWAIT"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint ReceiveAtOnce(int fd, void* buffer, nuint bytes) =>
        Result(syscall(SYS_recvfrom, fd, (nint)buffer, (nint)bytes, LibC.MSG_DONTWAIT, 0, 0));

    /// <summary><c>recvmsg(2)</c> with <see cref="LibC.MSG_DONTWAIT"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint ReceiveAtOnce(int fd, msghdr* message) => Result(syscall(SYS_recvmsg, fd, (nint)message, LibC.MSG_DONTWAIT));

    /// <summary><c>recvmmsg(2)</c> with <see cref="LibC.MSG_DONTWAIT"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint ReceiveAtOnce(int fd, mmsghdr* messages, int count) =>
        Result(syscall(SYS_recvmmsg, fd, (nint)messages, count, LibC.MSG_DONTWAIT, 0, 0));

    /// <summary><c>epoll_wait(2)</c>, which may sleep; of an error only that there was one is told, by -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EpollWait(int epollFd, epoll_event* events, int most, int timeoutMilliseconds) =>
        (int)sleeping_syscall(SYS_epoll_wait, epollFd, (nint)events, most, timeoutMilliseconds);

    /// <summary>If the collector waited for this thread between the call and here, that has kept <c>errno</c> (Thread::WaitForGC in the runtime).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Result(nint result) => result >= 0 ? result : -*__errno_location();

    // Variadic in C; the x86-64 Linux ABI passes whole numbers like fixed arguments. What the kernel's call does not take it does not look at.
    [LibraryImport(LibC.Library), SuppressGCTransition]
    private static partial nint syscall(nint number, nint first, nint second, nint third);

    [LibraryImport(LibC.Library), SuppressGCTransition]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    [LibraryImport(LibC.Library, EntryPoint = "syscall")]
    private static partial nint sleeping_syscall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport(LibC.Library), SuppressGCTransition]
    private static partial int* __errno_location();
}
