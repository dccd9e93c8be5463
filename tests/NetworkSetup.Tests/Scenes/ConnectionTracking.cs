using System.Globalization;
using System.Text.RegularExpressions;
using XenLoop.Lab;

namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>What a guest's connection tracking says.</summary>
internal static partial class ConnectionTracking
{
    /// <summary>Packets that fitted no connection and could open none, since the guest began.</summary>
    public static long Invalid(Guest guest) => Counts().Matches(guest.Run("conntrack", "-S").Checked().Output).Sum(m => long.Parse(m.Groups["count"].Value, CultureInfo.InvariantCulture));

    /// <summary>The entries of TCP connections to a port.</summary>
    public static string Entries(Guest guest, int port) => guest.Run("conntrack", "-L", "-p", "tcp", "--orig-port-dst", port.ToString(CultureInfo.InvariantCulture)).Checked().Output;

    [GeneratedRegex(@"\b(invalid|drop)=(?<count>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Counts();
}
