namespace XenLoop.Overload;

/// <summary>Round trips of one window.</summary>
/// <param name="Sent">Questions.</param>
/// <param name="Lost">Without an answer.</param>
/// <param name="Median">In microseconds, as the others.</param>
/// <param name="P99">One in a hundred takes longer.</param>
/// <param name="P999">One in a thousand takes longer.</param>
/// <param name="Longest">None takes longer.</param>
internal readonly record struct Latencies(int Sent, int Lost, double Median, double P99, double P999, double Longest)
{
    /// <summary>Sorts <paramref name="microseconds"/> and reads them off (nearest rank).</summary>
    public static Latencies Of(int sent, double[] microseconds)
    {
        Array.Sort(microseconds);
        return new Latencies(sent, sent - microseconds.Length, At(0.5), At(0.99), At(0.999), At(1));

        double At(double share) => microseconds.Length == 0 ? double.NaN : microseconds[Math.Max(0, (int)Math.Ceiling(share * microseconds.Length) - 1)];
    }
}
