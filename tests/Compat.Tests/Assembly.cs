using XenLoop.Compat.Tests.Trials;

// All applications share one machine, whose byte counters tell them apart only one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Machine))]
