using System.CommandLine;
using XenLoop.EndToEnd;

var root = new RootCommand("Measures paths between guests, compares what was measured, and reports it.")
{
    MeasureCommand.Create(), PackagesCommand.Create(), CompareCommand.Create(), ReportCommand.Create(),
};
return root.Parse(args).Invoke();
