using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using XenLoop.Harness.Hardware;

namespace XenLoop.Demo;

/// <summary>Every sample, for machines.</summary>
internal static class RawData
{
    private static readonly JsonSerializerOptions s_format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>All that was measured, and how.</summary>
    public static string ToJson(Computer computer, DemoOptions options, Session session) => JsonSerializer.Serialize(
        new
        {
            Time = DateTimeOffset.UtcNow,
            Computer = computer,
            Options = options,
            Scenarios = Scenarios.All.Select(scenario => new
            {
                scenario.Name,
                scenario.Unit,
                scenario.LowerIsBetter,
                scenario.Target,
                scenario.OneProcessor,
                Ratio = session.Results.Ratio(scenario, PathKind.Fast),
                Reached = session.Results.Reached(scenario),
                Paths = session.Paths.ToDictionary(
                    path => path.ToString(),
                    path => new
                    {
                        Median = session.Results.Median(scenario, path, s => s.Value),
                        Samples = session.Results.Samples(scenario, path),
                    },
                    StringComparer.Ordinal),
            }),
            Agents = session[PathKind.Fast].AgentStatuses,
        },
        s_format);

    /// <summary>Writes it under <paramref name="directory"/>, named by the time.</summary>
    /// <returns>The file's path.</returns>
    public static string Save(string directory, string json)
    {
        string name = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + ".json";
        string path = Path.Combine(Directory.CreateDirectory(directory).FullName, name);
        File.WriteAllText(path, json);
        return path;
    }
}
