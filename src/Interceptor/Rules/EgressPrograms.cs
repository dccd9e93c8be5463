using System.Collections.Immutable;
using System.Text;
using XenLoop.Native;

namespace XenLoop.Interceptor.Rules;

/// <summary>
/// Finds the control groups about whose outbound packets a BPF program is asked: sandboxed services (systemd's <c>IPAddressDeny=</c>), and accounting.
/// It is asked behind the hook where packets are captured (<c>ip_finish_output</c> in net/ipv4/ip_output.c), so what these send must not be taken.
/// </summary>
internal sealed class EgressPrograms
{
    /// <summary>Of more, all that local programs send is spared: each is a rule that all packets of the guest pass.</summary>
    public const int MostGroups = 32;

    /// <summary>The group of all groups.</summary>
    public const string All = "/";

    private const int MostLooks = 4096;

    /// <summary>The match takes 511 bytes (XT_CGROUP_PATH_LEN).</summary>
    private const int LongestPath = 500;

    private readonly string? _root = FindMount();

    /// <summary>Looks: some microseconds for each group, a millisecond or two in all.</summary>
    /// <returns>Their paths below the root, in order, those within them left out; none where this cannot be found out.</returns>
    public ImmutableArray<string> Find()
    {
        if (_root is null)
        {
            return [];
        }

        SortedSet<string> found = new(StringComparer.Ordinal);
        Stack<string> left = new([""]);
        for (int looks = 0; looks < MostLooks && left.TryPop(out string? path); looks++)
        {
            if (HasProgram(Path.Combine(_root, path)))
            {
                found.Add(Expressible(path));
                continue;
            }

            foreach (string child in ChildrenOf(Path.Combine(_root, path)))
            {
                left.Push(child[(_root.Length + 1)..]);
            }
        }

        return found.Contains(All) || found.Count > MostGroups ? [All] : [.. found];
    }

    /// <summary>The group itself, or the innermost around it whose name a rule can hold.</summary>
    internal static string Expressible(string path)
    {
        int end = path.Length;
        for (int i = 0; i < end; i++)
        {
            if (i >= LongestPath || !(char.IsAsciiLetterOrDigit(path[i]) || path[i] is '_' or '-' or '.' or ':' or '@' or '/'))
            {
                end = Math.Max(0, path.LastIndexOf('/', i));
            }
        }

        return end == 0 ? All : path[..end];
    }

    /// <summary>Where version 2 of control groups is mounted: at /sys/fs/cgroup, or below it beside the first.</summary>
    private static string? FindMount()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/self/mounts"))
            {
                // proc(5), fstab(5): device, place, type, options...
                string[] fields = line.Split(' ');
                if (fields.Length > 2 && fields[2] == "cgroup2" && File.Exists(Path.Combine(fields[1], "cgroup.controllers")))
                {
                    return fields[1];
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Then this cannot be found out.
        }

        return null;
    }

    private static string[] ChildrenOf(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has gone.
            return [];
        }
    }

    private static unsafe bool HasProgram(string directory)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + '\0'))
        {
            int fd = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC);
            if (fd < 0)
            {
                return false;
            }

            using var group = new FileDescriptor(fd);
            var query = new bpf_attr_query { target_fd = (uint)fd, attach_type = LibC.BPF_CGROUP_INET_EGRESS };
            return LibC.bpf(LibC.BPF_PROG_QUERY, &query) == 0 && query.prog_cnt > 0;
        }
    }
}
