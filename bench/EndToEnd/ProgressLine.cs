using System.Globalization;
using XenLoop.Harness.Running;

namespace XenLoop.EndToEnd;

/// <summary>Says how far a run is: on a terminal in one line that changes, elsewhere in a new line every half minute.</summary>
internal sealed class ProgressLine : IDisposable
{
    private const string ClearLine = "\r\e[K";
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    private readonly bool _terminal = !Console.IsOutputRedirected;
    private DateTime _last = DateTime.MinValue;

    public void Show(RunProgress progress)
    {
        string left = progress.TimeLeft is { } time ? string.Create(CultureInfo.InvariantCulture, $", about {Math.Ceiling(time.TotalMinutes)} min left") : "";
        string line = string.Create(CultureInfo.InvariantCulture, $"{progress.Done} of {progress.Total}{left}: {progress.Step}");
        if (_terminal)
        {
            Console.Write(ClearLine + line[..Math.Min(line.Length, Console.WindowWidth - 1)]);
        }
        else if (DateTime.UtcNow - _last >= s_interval)
        {
            _last = DateTime.UtcNow;
            Console.WriteLine(line);
        }
    }

    /// <summary>A line that stays.</summary>
    public void Say(string text) => Console.WriteLine((_terminal ? ClearLine : "") + text);

    public void Dispose()
    {
        if (_terminal)
        {
            Console.Write(ClearLine);
        }
    }
}
