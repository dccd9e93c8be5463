namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>Visits every state that a <see cref="WakeUpModel"/> can reach, breadth first, and looks for excess rings, and at those states where nothing can go on.</summary>
internal static class WakeUpChecker
{
    /// <summary>Explores everything, or as far as the first fault.</summary>
    /// <returns>States visited, and the shortest way to a lost wake-up or an excess ring, null if there is none.</returns>
    public static (int States, string? Fault) Explore(WakeUpModel model)
    {
        Dictionary<WakeUpState, WakeUpState> cameFrom = new() { [default] = default };
        Queue<WakeUpState> open = new([default]);
        while (open.TryDequeue(out WakeUpState state))
        {
            if (WakeUpModel.ExcessRing(state) is { } excess)
            {
                return (cameFrom.Count, excess + ":\n" + Story(cameFrom, state));
            }

            bool goesOn = false;
            foreach (WakeUpState next in model.Next(state))
            {
                goesOn = true;
                if (cameFrom.TryAdd(next, state))
                {
                    open.Enqueue(next);
                }
            }

            if (!goesOn && WakeUpModel.LostWakeUp(state) is { } reason)
            {
                return (cameFrom.Count, reason + ":\n" + Story(cameFrom, state));
            }
        }

        return (cameFrom.Count, null);
    }

    private static string Story(Dictionary<WakeUpState, WakeUpState> cameFrom, WakeUpState end)
    {
        List<string> steps = [];
        for (WakeUpState state = end; state != default; state = cameFrom[state])
        {
            steps.Add($"{state.ProducerStep,-15} {state.ConsumerStep,-20} produced {state.Produced} consumed {state.Consumed} wake producer at {state.WakeProducerAt} consumer at {state.WakeConsumerAt}, buffered {state.ProducerStores.Count} and {state.ConsumerStores.Count}");
        }

        steps.Reverse();
        return string.Join('\n', steps);
    }
}
