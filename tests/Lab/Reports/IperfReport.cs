using System.Text.Json;

namespace XenLoop.Lab.Reports;

/// <summary>What <c>iperf3 -J</c> says at its end.</summary>
/// <param name="ReceivedBitsPerSecond">What arrived.</param>
/// <param name="Retransmits">Segments sent again (TCP), summed over the streams.</param>
/// <param name="Packets">Datagrams sent (UDP).</param>
/// <param name="LostPackets">Datagrams that never arrived (UDP).</param>
/// <param name="Seconds">Length of the measurement.</param>
/// <param name="Bytes">What arrived, in bytes.</param>
/// <param name="ReverseBitsPerSecond">What arrived in the other direction (TCP with <c>--bidir</c>); 0 otherwise.</param>
public sealed record IperfReport(
    double ReceivedBitsPerSecond,
    long Retransmits,
    long Packets,
    long LostPackets,
    double Seconds,
    long Bytes,
    double ReverseBitsPerSecond = 0)
{
    /// <summary>Datagrams that arrived, a second (UDP).</summary>
    public double ReceivedPacketsPerSecond => (Packets - LostPackets) / Seconds;

    /// <summary>Reads the summary.</summary>
    /// <exception cref="LabException">iperf3 failed, or printed something else.</exception>
    public static IperfReport Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("error", out JsonElement error))
            {
                throw new LabException($"iperf3: {error.GetString()}");
            }

            JsonElement end = root.GetProperty("end");

            // UDP has one "sum" of the receiver's view; TCP has one for each side.
            if (end.TryGetProperty("sum_received", out JsonElement received) && end.TryGetProperty("sum_sent", out JsonElement sent) && sent.TryGetProperty("retransmits", out JsonElement retransmits))
            {
                return new IperfReport(
                    received.GetProperty("bits_per_second").GetDouble(),
                    retransmits.GetInt64(),
                    Packets: 0,
                    LostPackets: 0,
                    received.GetProperty("seconds").GetDouble(),
                    received.GetProperty("bytes").GetInt64(),
                    end.TryGetProperty("sum_received_bidir_reverse", out JsonElement reverse) ? reverse.GetProperty("bits_per_second").GetDouble() : 0);
            }

            JsonElement sum = end.GetProperty("sum");
            long packets = sum.GetProperty("packets").GetInt64();
            long lost = sum.GetProperty("lost_packets").GetInt64();
            double arrived = packets == 0 ? 0 : (double)(packets - lost) / packets;
            return new IperfReport(
                sum.GetProperty("bits_per_second").GetDouble() * arrived,
                Retransmits: 0,
                packets,
                lost,
                sum.GetProperty("seconds").GetDouble(),
                (long)(sum.GetProperty("bytes").GetInt64() * arrived));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            throw new LabException($"iperf3 printed no report: {e.Message}\n{json}", e);
        }
    }
}
