using System.Globalization;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>Numbers as the tables show them.</summary>
internal static class Figures
{
    /// <summary>Three significant digits, or all before the point.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 0.1 or 0 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    /// <summary>The median, and half the distance between the quartiles in per cent of it.</summary>
    public static string WithSpread(Summary? summary) => summary is { } s
        ? s.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{Short(s.Median)} ±{100 * s.RelativeSpread:0} %") : Short(s.Median)
        : "";

    /// <summary>A number of bytes, pages or streams.</summary>
    public static string Axis(double? x) => x is { } value ? value.ToString("0.###", CultureInfo.InvariantCulture) : "";
}
