using XenLoop.Harness.Running;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Workloads;

namespace XenLoop.Harness.Tests;

public sealed class PlanTests
{
    private static readonly RunOptions s_options = new(["namespaces", "xen-counted-pv"], ["standard", "fast", "loopback"], [], 4, 1, Extent.Full, 11);

    [Fact]
    public void Every_step_has_its_own_name() => Assert.Empty(Names(s_options).GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void A_resumed_run_has_the_same_steps_in_the_same_order() => Assert.Equal(Names(s_options), Names(s_options));

    [Fact]
    public void Another_seed_changes_the_order_and_nothing_else()
    {
        IReadOnlyList<string> other = Names(s_options with { Seed = 12 });
        Assert.NotEqual(Names(s_options), other);
        Assert.Equal(Names(s_options).Order(), other.Order());
    }

    /// <summary>Within a round the paths of a workload follow each other, not always in the same order.</summary>
    [Fact]
    public void Paths_take_turns()
    {
        string[] first = [.. Names(s_options)
            .Where(n => n.Contains("/bidirectional/", StringComparison.Ordinal))
            .Chunk(s_options.Paths.Count)
            .Select(c => c[0].Split('/')[^1])];
        Assert.Equal(s_options.Rounds, first.Length);
        Assert.True(first.Distinct(StringComparer.Ordinal).Count() > 1);

        Assert.Equal(["b", "c", "a"], Plan.Rotate(["a", "b", "c"], 4));
    }

    [Fact]
    public void Workloads_for_some_paths_are_taken_on_these_only()
    {
        IReadOnlyList<string> names = Names(s_options);
        Assert.DoesNotContain(names, n => n.Contains("/ring-pages-", StringComparison.Ordinal) && !n.EndsWith("/fast", StringComparison.Ordinal));
        Assert.DoesNotContain(names, n => n.Contains("/streams-to-peers/", StringComparison.Ordinal) && n.EndsWith("/loopback", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_named_is_measured_whatever_the_extent()
    {
        Assert.Contains(WorkloadCatalogue.Choose(["ring"], Extent.Quick), w => w.Name == "ring-pages-tcp");
        Assert.Equal([64.0, 1448, 65000], WorkloadCatalogue.Choose(["tcp-stream"], Extent.Quick).Select(w => w.X!.Value));
        Assert.DoesNotContain(WorkloadCatalogue.Choose([], Extent.Quick), w => w.Extent != Extent.Quick);
    }

    private static IReadOnlyList<string> Names(RunOptions options)
    {
        using var machines = new MachinePool();
        return [.. Plan.Make(options, machines).Select(s => s.Name)];
    }
}
