using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>One domain's side of the grant broker's protocol. Connects when needed, and again after the broker was restarted.</summary>
/// <param name="socketPath">The broker's socket.</param>
/// <param name="self">The domain that this process speaks for.</param>
internal sealed class LocalGrantClient(string socketPath, DomainId self) : IDisposable
{
    private const int TimeoutSeconds = 5;

    /// <summary>Milliseconds that the end of a channel may wait for the broker.</summary>
    private const int RevokeMilliseconds = 200;

    private readonly Lock _oneAtATime = new();
    private FileDescriptor? _socket;

    /// <summary>Lets <paramref name="mapper"/> alone map the descriptors, once. The broker keeps copies until then, or until this connection ends.</summary>
    /// <param name="mapper">The peer.</param>
    /// <param name="descriptors">As <c>GrantedDescriptors</c> orders them; the caller's stay open.</param>
    /// <returns>The grant reference to publish.</returns>
    /// <exception cref="ChannelPlatformException">The broker refuses or is not reachable.</exception>
    public uint Grant(DomainId mapper, ReadOnlySpan<int> descriptors)
    {
        lock (_oneAtATime)
        {
            GrantMessage answer = Ask(new GrantMessage(GrantRequest.Grant, mapper.Value), descriptors, [], out _);
            return answer.Status == GrantStatus.Done && answer.Reference != 0
                ? answer.Reference
                : throw new ChannelPlatformException($"The grant broker takes no more grants of domain {self} ({answer.Status}): too many offers wait for their peers.");
        }
    }

    /// <summary>Takes over what <paramref name="owner"/> granted to this domain.</summary>
    /// <returns>The descriptors, to be closed by the caller. They come from another process: validate what they are.</returns>
    /// <exception cref="ChannelPlatformException">There is no such grant, or the broker is not reachable.</exception>
    public FileDescriptor[] Map(DomainId owner, uint reference)
    {
        lock (_oneAtATime)
        {
            Span<int> descriptors = stackalloc int[GrantedDescriptors.Count];
            GrantMessage answer = Ask(new GrantMessage(GrantRequest.Map, owner.Value, reference), [], descriptors, out int passed);
            if (answer.Status != GrantStatus.Done || passed != GrantedDescriptors.Count)
            {
                DescriptorPassing.Close(descriptors[..passed]);
                throw new ChannelPlatformException($"Domain {owner} has no grant {reference} for domain {self} ({answer.Status}): the offer was taken back, used before, or meant for another domain.");
            }

            FileDescriptor[] granted = new FileDescriptor[passed];
            for (int i = 0; i < passed; i++)
            {
                granted[i] = new FileDescriptor(descriptors[i]);
            }

            return granted;
        }
    }

    /// <summary>
    /// Takes a grant back if nobody has mapped it. Does nothing if the connection that made it is gone: so is the grant. A broker that does
    /// not answer soon loses the connection, to the same end: an agent that stops must not wait for it.
    /// </summary>
    public void TryRevoke(uint reference)
    {
        lock (_oneAtATime)
        {
            if (_socket is not null
                && !(TrySend(new GrantMessage(GrantRequest.Revoke, reference: reference), []) && AnswersSoon() && TryReceive(GrantRequest.Revoke, [], out _, out _)))
            {
                Disconnect();
            }
        }
    }

    /// <summary>Ends the connection; grants that nobody mapped end with it.</summary>
    public void Dispose()
    {
        lock (_oneAtATime)
        {
            Disconnect();
        }
    }

    private GrantMessage Ask(in GrantMessage request, ReadOnlySpan<int> descriptors, Span<int> received, out int passed)
    {
        bool fresh = _socket is null;
        ConnectIfNeeded();
        if (TryExchange(request, descriptors, received, out GrantMessage answer, out passed))
        {
            return answer;
        }

        // An old connection may have ended with a broker that was restarted since; whatever it had done for us ended with it.
        Disconnect();
        if (!fresh)
        {
            ConnectIfNeeded();
            if (TryExchange(request, descriptors, received, out answer, out passed))
            {
                return answer;
            }

            Disconnect();
        }

        throw new ChannelPlatformException($"The grant broker at {socketPath} broke off: it ended, or answered nothing sensible within {TimeoutSeconds} s.");
    }

    private void ConnectIfNeeded()
    {
        if (_socket is not null)
        {
            return;
        }

        _socket = GrantSocket.Connect(socketPath, TimeoutSeconds);
        bool answered = TryExchange(new GrantMessage(GrantRequest.Hello, self.Value), [], [], out GrantMessage answer, out _);
        if (answered && answer.Status == GrantStatus.Done)
        {
            return;
        }

        Disconnect();
        throw new ChannelPlatformException(answered
            ? $"The grant broker at {socketPath} already serves another process that says it is domain {self}. Does 'xenloop run' run twice with this number?"
            : $"The grant broker at {socketPath} does not speak this protocol, or answered nothing within {TimeoutSeconds} s.");
    }

    private bool TryExchange(in GrantMessage request, ReadOnlySpan<int> descriptors, Span<int> received, out GrantMessage answer, out int passed)
    {
        answer = default;
        passed = 0;
        return TrySend(request, descriptors) && TryReceive(request.Request, received, out answer, out passed);
    }

    private bool TrySend(GrantMessage request, ReadOnlySpan<int> descriptors) =>
        DescriptorPassing.Send(_socket!.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<GrantMessage>(ref request)), descriptors, 0) == 0;

    private unsafe bool AnswersSoon()
    {
        pollfd state = new() { fd = _socket!.Number, events = LibC.POLLIN };
        return LibC.poll(&state, 1, RevokeMilliseconds) > 0;
    }

    private bool TryReceive(GrantRequest request, Span<int> received, out GrantMessage answer, out int passed)
    {
        answer = default;
        if (DescriptorPassing.Receive(_socket!.Number, MemoryMarshal.AsBytes(new Span<GrantMessage>(ref answer)), received, out int length, out passed, 0) != 0)
        {
            return false;
        }

        if (length == GrantMessage.Bytes && answer.IsWellFormed && answer.Request == request)
        {
            return true;
        }

        DescriptorPassing.Close(received[..passed]);
        passed = 0;
        return false;
    }

    private void Disconnect()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
