using System.Globalization;
using System.Net.Sockets;
using Spectre.Console;
using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Overload;
using XenLoop.Overload.Scenarios;

return await ConnectionAnswerer.RunAsync(args) ? 0 : OverloadOptions.Command(Run).Parse(args).Invoke();

static int Run(OverloadOptions options)
{
    IAnsiConsole console = Report.OpenConsole();
    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {options.Seed}. The same order again: ./build.sh overload --seed {options.Seed} --seconds {options.Seconds} --rounds {options.Rounds}"));
    try
    {
        IReadOnlyList<Scenario> chosen = ScenarioCatalogue.Choose(options.Only);
        using var stage = new Stage(options);
        Scenario[] order = [.. chosen];
        stage.Random.Shuffle(order);
        var findings = order.ToDictionary(s => s, s => Play(s, stage, console));
        var report = new Report(options, [.. chosen.Select(s => findings[s])]);
        string file = report.Save(Path.Combine(XenLoopBinary.RepositoryRoot, "out", "overload"));
        report.Show(console);
        console.WriteLine($"All results: {Path.GetRelativePath(Environment.CurrentDirectory, file)}");
        return report.Failed > 0 ? 1 : 0;
    }
    catch (LabException error)
    {
        console.WriteLine($"The run could not go on: {error.Message}");
        return 1;
    }
}

static Findings Play(Scenario scenario, Stage stage, IAnsiConsole console)
{
    var findings = new Findings(scenario.Name);
    try
    {
        scenario.Run(stage, findings);
    }
    catch (Exception error) when (error is LabException or SocketException)
    {
        findings.Broken.Add(error.Message);
    }

    findings.Memory = stage.Memory.Take(findings.Broken);
    console.WriteLine($"{scenario.Name}: {(findings.Broken.Count == 0 ? "holds" : "BROKEN: " + string.Join("; ", findings.Broken))}");
    return findings;
}
