using System.Globalization;

namespace XenLoop.Netlink.Queue;

/// <summary>The NFQUEUEs of the calling thread's network namespace that some program listens on.</summary>
public static class ListenedQueues
{
    /// <summary>A line per queue, its number first (<c>seq_show</c> in <c>net/netfilter/nfnetlink_queue.c</c>); not there before the module is loaded.</summary>
    private const string Source = "/proc/thread-self/net/netfilter/nfnetlink_queue";

    /// <summary>Reads their numbers. None also where the kernel does not show them: to root alone.</summary>
    public static List<int> Read()
    {
        try
        {
            return Parse(File.ReadAllLines(Source));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Takes the numbers out of the kernel's lines.</summary>
    internal static List<int> Parse(IEnumerable<string> lines)
    {
        var numbers = new List<int>();
        foreach (string line in lines)
        {
            ReadOnlySpan<char> text = line.AsSpan().TrimStart(' ');
            int end = text.IndexOf(' ');
            if (end > 0 && ushort.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
            {
                numbers.Add(number);
            }
        }

        return numbers;
    }
}
