using System.Text;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>Interface names to the kernel's numbers for them.</summary>
public static unsafe class LinkIndex
{
    /// <summary>The index of an interface of the calling thread's network namespace.</summary>
    /// <exception cref="NetlinkException">ENODEV: there is none of that name.</exception>
    public static int Find(string name)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            uint index = LibC.if_nametoindex(text);
            return index != 0
                ? (int)index
                : throw new NetlinkException($"use the network interface {name}", Errno.ENODEV, "there is none of that name in this network namespace");
        }
    }
}
