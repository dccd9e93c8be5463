using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Overload;

/// <summary>What this process may use.</summary>
internal static class Limits
{
    /// <summary>Lets this process have <paramref name="count"/> more descriptors than it needs for itself.</summary>
    public static void RaiseDescriptors(int count)
    {
        const int Own = 1000;
        string most = (count + Own).ToString(CultureInfo.InvariantCulture);
        Command.Run(["prlimit", "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), $"--nofile={most}:{most}"]).Checked();
    }
}
