using System.Diagnostics;
using XenLoop.Harness.Samples;
using XenLoop.Lab;

namespace XenLoop.Harness.Running;

/// <summary>Takes the steps of a run that are not done yet, and writes down what they bring.</summary>
public sealed class Runner
{
    private readonly RunDirectory _run;
    private readonly Step[] _steps;
    private readonly Dictionary<string, List<double>> _lengths;

    /// <summary>Prepares.</summary>
    public Runner(RunDirectory run, IReadOnlyList<Step> steps)
    {
        _run = run;
        Total = steps.Count;
        HashSet<string> done = [.. run.Done.Select(d => d.Step)];
        _steps = [.. steps.Where(s => !done.Contains(s.Name))];
        Dictionary<string, string> kinds = steps.ToDictionary(s => s.Name, s => s.Kind, StringComparer.Ordinal);
        _lengths = run.Done
            .Where(d => kinds.ContainsKey(d.Step))
            .GroupBy(d => kinds[d.Step], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(d => d.Seconds).ToList(), StringComparer.Ordinal);
    }

    /// <summary>All steps of the run, those that were done before included.</summary>
    public int Total { get; }

    /// <summary>Takes them.</summary>
    /// <param name="progress">Told of each step before it is taken.</param>
    /// <param name="failed">Told of each step that failed; the run goes on.</param>
    /// <param name="cancel">Ends the run between two steps.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(Action<RunProgress> progress, Action<StepFailed> failed, CancellationToken cancel)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            Step step = _steps[i];
            progress(new RunProgress(step.Name, Total - _steps.Length + i, Total, TimeLeft(_steps.AsSpan(i))));
            long start = Stopwatch.GetTimestamp();
            try
            {
                IReadOnlyList<Sample> samples = step.Take();
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                _run.Append([.. samples, new StepDone(step.Name, seconds)]);
                LengthsOf(step.Kind).Add(seconds);
            }
            catch (LabException e)
            {
                // The measuring programs get the terminal's Ctrl-C, too: what fails then has not failed.
                cancel.ThrowIfCancellationRequested();
                var failure = new StepFailed(step.Name, e.Message);
                _run.Append([failure]);
                failed(failure);
            }
        }
    }

    /// <summary>By the mean length of steps of the same kind so far, or, for a new kind, of all steps.</summary>
    private TimeSpan? TimeLeft(ReadOnlySpan<Step> steps)
    {
        if (_lengths.Count == 0)
        {
            return null;
        }

        double any = _lengths.Values.SelectMany(l => l).DefaultIfEmpty().Average();
        double seconds = 0;
        foreach (Step step in steps)
        {
            seconds += _lengths.TryGetValue(step.Kind, out List<double>? lengths) ? lengths.Average() : any;
        }

        return TimeSpan.FromSeconds(seconds);
    }

    private List<double> LengthsOf(string kind)
    {
        if (!_lengths.TryGetValue(kind, out List<double>? lengths))
        {
            _lengths[kind] = lengths = [];
        }

        return lengths;
    }
}
