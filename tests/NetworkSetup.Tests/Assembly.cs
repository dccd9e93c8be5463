using XenLoop.NetworkSetup.Tests.Scenes;

// Each set-up is a machine of its own, whose bytes are counted; two processors are enough for one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(SetupTable))]
