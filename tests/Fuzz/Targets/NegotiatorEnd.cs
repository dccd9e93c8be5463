using XenLoop.Discovery;

namespace XenLoop.Fuzz.Targets;

/// <summary>Does what a negotiator asks for, at once and with success, and checks that it never asks for pages twice or lets go of what it does not have.</summary>
internal sealed class NegotiatorEnd(ChannelNegotiator negotiator)
{
    /// <summary>Actions that one input may lead to: more is an endless exchange with itself.</summary>
    private const int MostActions = 64;

    private ulong _held;
    private bool _active;

    /// <summary>Until nothing is asked for.</summary>
    public void Perform(TimeSpan now)
    {
        for (int count = 0; negotiator.TryTake(out NegotiatorAction action); count++)
        {
            InvariantException.Unless(count < MostActions, "The negotiator does not come to rest.");
            Perform(now, action);
        }

        InvariantException.Unless(_held != 0 || !_active, "Active without pages.");
    }

    private void Perform(TimeSpan now, NegotiatorAction action)
    {
        switch (action.Kind)
        {
            case NegotiatorActionKind.Allocate:
                InvariantException.Unless(_held == 0, "Pages twice.");
                _held = action.Nonce;
                negotiator.Allocated(now, action.Nonce, default, 65_536);
                break;
            case NegotiatorActionKind.Map:
                InvariantException.Unless(_held == 0, "Pages twice.");
                _held = action.Nonce;
                negotiator.Mapped(now, action.Nonce);
                break;
            case NegotiatorActionKind.Discard:
                InvariantException.Unless(!_active && (_held == action.Nonce || _held == 0), "Discarded what is in use.");
                _held = 0;
                break;
            case NegotiatorActionKind.Activate:
                InvariantException.Unless(!_active && _held == action.Nonce, "Activated what is not there.");
                _active = true;
                break;
            case NegotiatorActionKind.Release:
                InvariantException.Unless(_active && _held == action.Nonce, "Released what is not active.");
                _active = false;
                _held = 0;
                negotiator.Released(now, action.Nonce);
                break;
        }
    }
}
