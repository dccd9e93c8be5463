namespace XenLoop.Micro;

/// <summary>Who takes part in a contest.</summary>
/// <param name="name">As the table shows it.</param>
internal abstract class Contender(string name)
{
    public string Name { get; } = name;

    /// <summary>Seconds of each run, in order.</summary>
    public List<double> Samples { get; } = [];

    /// <summary>The median run.</summary>
    public double Median => Samples.Order().ElementAt(Samples.Count / 2);

    /// <summary>The run that was disturbed least.</summary>
    public double Best => Samples.Min();

    /// <summary>Runs once; seconds.</summary>
    public abstract double Run();
}
