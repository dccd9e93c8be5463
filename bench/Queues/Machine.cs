using System.Runtime.InteropServices;

namespace XenLoop.Queues;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>Processor, number of CPUs, kernel, and how busy it was.</summary>
    public static string Describe()
    {
        string model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString();
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{model}, {Environment.ProcessorCount} CPUs, Linux {Environment.OSVersion.Version}, load average {load}";
    }
}
