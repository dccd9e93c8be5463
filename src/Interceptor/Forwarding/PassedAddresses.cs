using System.Runtime.CompilerServices;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// The addresses of the last packet that a check let pass. Most packets are between the same two as the one before, and need not be
/// checked again as long as they would be against the same object, which never changes.
/// </summary>
internal sealed class PassedAddresses
{
    private ulong _addresses;
    private object? _check;

    /// <summary>True if the last packet that passed <paramref name="check"/>, and no other check since, had these addresses.</summary>
    /// <param name="addresses"><see cref="Ipv4View.Addresses"/>.</param>
    /// <param name="check">What decides, immutable.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HavePassed(ulong addresses, object check) => addresses == _addresses && ReferenceEquals(check, _check);

    /// <summary>Takes note of a packet that passed.</summary>
    public void Pass(ulong addresses, object check)
    {
        _addresses = addresses;
        _check = check;
    }
}
