using System.Globalization;
using XenLoop.AnnouncerCost;

// Usage: dotnet run -c Release --project bench/Announcer [GUESTS...]; what each happening costs Dom0's announcer on hosts of that many guests.
int[] sizes = args is [] ? [10, 50, 100, 200] : Array.ConvertAll(args, text => int.Parse(text, CultureInfo.InvariantCulture));
Console.WriteLine($"{Environment.ProcessorCount} CPUs, .NET {Environment.Version}; requests of the announcer per happening, CPU time of announcer and local store together");
foreach (int size in sizes)
{
    await new Scenario(size).RunAsync(CancellationToken.None);
}
