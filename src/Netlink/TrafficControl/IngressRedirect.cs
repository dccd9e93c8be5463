using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using XenLoop.Native;
using XenLoop.Netlink.Route;

namespace XenLoop.Netlink.TrafficControl;

/// <summary>
/// Makes whatever arrives on one interface arrive on another instead, as if it had come in there: with its <c>-i</c>
/// firewall rules, its reverse-path filter, its bound sockets and its captures.
/// </summary>
/// <remarks>
/// The same as <c>tc qdisc add dev FROM clsact</c> and
/// <c>tc filter add dev FROM ingress protocol all matchall action mirred ingress redirect dev TO</c>, or
/// <c>... u32 match u32 0 0 ...</c> on kernels without matchall.
/// </remarks>
public static class IngressRedirect
{
    /// <summary>The qdisc's own handle, <c>ffff:</c>.</summary>
    private const uint ClsactHandle = LinuxTrafficControl.TC_H_CLSACT & LinuxTrafficControl.TC_H_MAJ_MASK;

    /// <summary>The hook of the clsact qdisc that sees arriving packets, <c>ffff:fff2</c>.</summary>
    private const uint IngressHook = ClsactHandle | LinuxTrafficControl.TC_H_MIN_INGRESS;

    /// <summary>Number of a filter's first action: they are numbered from 1 and run in that order.</summary>
    private const ushort FirstAction = 1;

    private const int MessageLength = 512;

    private enum Classifier
    {
        MatchAll,
        U32,
    }

    /// <summary>Sets the redirect up, in place of any clsact or ingress qdisc that <paramref name="from"/> has. It ends with either interface, or with the qdisc.</summary>
    /// <param name="from">The interface whose arrivals move; it has to be the caller's own.</param>
    /// <param name="to">Where they arrive instead.</param>
    /// <returns>The classifier that the kernel accepted: <c>matchall</c> or <c>u32</c>.</returns>
    /// <exception cref="NetlinkException">No such interface, no CAP_NET_ADMIN, or a kernel without the parts that are named in the message.</exception>
    public static string Install(string from, string to) => Install(LinkIndex.Find(from), LinkIndex.Find(to), $"redirect what arrives on {from} to {to}");

    /// <summary>As <see cref="Install(string, string)"/>, by the interfaces' indices, which stay when names change.</summary>
    /// <exception cref="NetlinkException">As <see cref="Install(string, string)"/>.</exception>
    public static string Install(int from, int to) =>
        Install(from, to, string.Create(CultureInfo.InvariantCulture, $"redirect what arrives on interface {from} to interface {to}"));

    private static string Install(int source, int target, string operation)
    {
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE);
        ReplaceQdisc(socket, source, operation);
        foreach (Classifier classifier in Enum.GetValues<Classifier>())
        {
            int error = TryAddFilter(socket, source, target, classifier, operation, out string? words);
            if (error == 0)
            {
                return KindOf(classifier);
            }

            // ENOENT: this kernel knows no such classifier, or no mirred.
            if (error != Errno.ENOENT)
            {
                throw new NetlinkException(operation, error, words);
            }
        }

        throw new NetlinkException(
            operation,
            Errno.ENOENT,
            "the kernel has to have the mirred action (CONFIG_NET_ACT_MIRRED, module act_mirred) and one of the classifiers matchall (CONFIG_NET_CLS_MATCHALL, module cls_matchall) and u32 (CONFIG_NET_CLS_U32, module cls_u32)");
    }

    private static void ReplaceQdisc(NetlinkSocket socket, int source, string operation)
    {
        var remove = new NetlinkMessageWriter(stackalloc byte[MessageLength], LinuxRtnetlink.RTM_DELQDISC);
        remove.Append(new tcmsg { tcm_ifindex = source, tcm_handle = ClsactHandle, tcm_parent = LinuxTrafficControl.TC_H_CLSACT });

        // Whether there was one does not matter; that there is none now shows below.
        _ = socket.TryRequest(ref remove, operation, out _);

        var add = new NetlinkMessageWriter(stackalloc byte[MessageLength], LinuxRtnetlink.RTM_NEWQDISC, LinuxNetlink.NLM_F_CREATE | LinuxNetlink.NLM_F_EXCL);
        add.Append(new tcmsg { tcm_ifindex = source, tcm_handle = ClsactHandle, tcm_parent = LinuxTrafficControl.TC_H_CLSACT });
        add.PutString(LinuxTrafficControl.TCA_KIND, "clsact");
        int error = socket.TryRequest(ref add, operation, out string? words);
        if (error == Errno.ENOENT)
        {
            throw new NetlinkException(operation, error, "the kernel has to have the clsact qdisc (CONFIG_NET_SCH_INGRESS, module sch_ingress)");
        }

        if (error != 0)
        {
            throw new NetlinkException(operation, error, words);
        }
    }

    private static int TryAddFilter(NetlinkSocket socket, int source, int target, Classifier classifier, string operation, out string? words)
    {
        var message = new NetlinkMessageWriter(stackalloc byte[MessageLength], LinuxRtnetlink.RTM_NEWTFILTER, LinuxNetlink.NLM_F_CREATE | LinuxNetlink.NLM_F_EXCL);
        message.Append(new tcmsg
        {
            tcm_ifindex = source,
            tcm_parent = IngressHook,
            tcm_info = (1u << 16) | NetworkOrder(LinuxTrafficControl.ETH_P_ALL),
        });
        message.PutString(LinuxTrafficControl.TCA_KIND, KindOf(classifier));
        int options = message.BeginNested(LinuxTrafficControl.TCA_OPTIONS);
        if (classifier == Classifier.U32)
        {
            message.Put(LinuxTrafficControl.TCA_U32_SEL, new EverythingSelector
            {
                Selector = new tc_u32_sel { flags = LinuxTrafficControl.TC_U32_TERMINAL, nkeys = 1 },
            });
            PutRedirect(ref message, LinuxTrafficControl.TCA_U32_ACT, target);
        }
        else
        {
            PutRedirect(ref message, LinuxTrafficControl.TCA_MATCHALL_ACT, target);
        }

        message.EndNested(options);
        return socket.TryRequest(ref message, operation, out words);
    }

    private static void PutRedirect(ref NetlinkMessageWriter message, ushort attribute, int target)
    {
        int actions = message.BeginNested(attribute);
        int action = message.BeginNested(FirstAction);
        message.PutString(LinuxTrafficControl.TCA_ACT_KIND, "mirred");
        int options = message.BeginNested(LinuxTrafficControl.TCA_ACT_OPTIONS);
        message.Put(LinuxTrafficControl.TCA_MIRRED_PARMS, new tc_mirred
        {
            action = LinuxTrafficControl.TC_ACT_STOLEN,
            eaction = LinuxTrafficControl.TCA_INGRESS_REDIR,
            ifindex = (uint)target,
        });
        message.EndNested(options);
        message.EndNested(action);
        message.EndNested(actions);
    }

    private static string KindOf(Classifier classifier) => classifier == Classifier.MatchAll ? "matchall" : "u32";

    private static ushort NetworkOrder(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    /// <summary><c>match u32 0 0 at 0</c>: a selector and one key whose mask is empty.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct EverythingSelector
    {
        public tc_u32_sel Selector;
        public tc_u32_key Key;
    }
}
