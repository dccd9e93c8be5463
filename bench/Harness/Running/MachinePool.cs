using XenLoop.Harness.Paths;
using XenLoop.Lab;

namespace XenLoop.Harness.Running;

/// <summary>
/// The machines of a run, built when they are first needed and kept: idle ones cost next to nothing, and every path is there when its
/// turn comes.
/// </summary>
public sealed class MachinePool : IDisposable
{
    private readonly Dictionary<(string Path, MachineNeed Need), GuestPath> _machines = [];
    private readonly Dictionary<(string Path, MachineNeed Need), LabException> _failures = [];

    /// <summary>The machine for a path.</summary>
    /// <exception cref="LabException">It cannot be built; it is not tried again.</exception>
    public GuestPath this[string path, MachineNeed need]
    {
        get
        {
            if (_failures.TryGetValue((path, need), out LabException? failure))
            {
                throw new LabException(failure.Message, failure);
            }

            return _machines.TryGetValue((path, need), out GuestPath? machine) ? machine : Build(path, need);
        }
    }

    /// <summary>Takes a machine away on which something went wrong; the next one who needs it gets a new one.</summary>
    public void Discard(string path, MachineNeed need)
    {
        if (_machines.Remove((path, need), out GuestPath? machine))
        {
            machine.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GuestPath machine in _machines.Values)
        {
            machine.Dispose();
        }
    }

    private GuestPath Build(string path, MachineNeed need)
    {
        try
        {
            return _machines[(path, need)] = PathCatalogue.Build(path, need);
        }
        catch (LabException e)
        {
            _failures[(path, need)] = e;
            throw;
        }
    }
}
