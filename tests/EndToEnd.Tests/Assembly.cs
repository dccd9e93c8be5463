// Every test drives whole machines, loads both processors and compares counters: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
