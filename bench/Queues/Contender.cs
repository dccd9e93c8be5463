namespace XenLoop.Queues;

/// <summary>Who takes part in a contest.</summary>
/// <param name="name">As the table shows it.</param>
/// <param name="work">Records, or bytes copied, per run.</param>
internal abstract class Contender(string name, double work)
{
    public string Name { get; } = name;

    /// <summary>Work per second of each round, in order.</summary>
    public List<double> Rates { get; } = [];

    /// <summary>Takes its turn.</summary>
    public void Compete() => Rates.Add(work / Run());

    /// <summary>Runs once; seconds.</summary>
    protected abstract double Run();
}
