using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>One domain's connection to the broker: reads its requests, acts on the <see cref="GrantTable"/>, answers.</summary>
internal sealed unsafe class GrantConnection(FileDescriptor socket, GrantTable grants) : IDisposable
{
    /// <summary>The socket's number, to poll.</summary>
    public int Fd => socket.Number;

    /// <summary>The domain that this connection speaks for, after its Hello.</summary>
    public DomainId? Domain { get; private set; }

    /// <summary>True if the other side has closed its end.</summary>
    public bool HungUp
    {
        get
        {
            pollfd state = new() { fd = Fd };
            return LibC.poll(&state, 1, 0) > 0 && (state.revents & (LibC.POLLHUP | LibC.POLLERR)) != 0;
        }
    }

    /// <summary>Serves one request.</summary>
    /// <param name="isTaken">Tells whether another live connection speaks for a domain.</param>
    /// <returns>False: the connection is over, because the other side closed it or broke the protocol.</returns>
    public bool Serve(Func<DomainId, bool> isTaken)
    {
        GrantMessage request = default;
        Span<int> descriptors = stackalloc int[GrantedDescriptors.Count];
        int error = DescriptorPassing.Receive(Fd, MemoryMarshal.AsBytes(new Span<GrantMessage>(ref request)), descriptors, out int length, out int passed, LibC.MSG_DONTWAIT);
        if (error is Errno.EAGAIN)
        {
            return true;
        }

        if (error != 0)
        {
            return false;
        }

        descriptors = descriptors[..passed];
        bool complete = length == GrantMessage.Bytes && request.IsWellFormed && request.Status == GrantStatus.Done
            && passed == (request.Request == GrantRequest.Grant ? GrantedDescriptors.Count : 0);
        if (!complete)
        {
            DescriptorPassing.Close(descriptors);
            return false;
        }

        return request.Request switch
        {
            GrantRequest.Hello => Domain is null && Greet(request.DomainId, isTaken),
            GrantRequest.Grant => Add(request.DomainId, descriptors),
            GrantRequest.Map => Domain is not null && HandOver(request),
            GrantRequest.Revoke => Domain is not null && TakeBack(request.Reference),
            _ => false,
        };
    }

    /// <summary>Ends the connection; what it granted and nobody mapped is gone.</summary>
    public void Dispose()
    {
        foreach (Grant grant in grants.TakeAllOf(this))
        {
            DescriptorPassing.Close(grant.Descriptors);
        }

        socket.Dispose();
    }

    private bool Greet(DomainId domain, Func<DomainId, bool> isTaken)
    {
        if (isTaken(domain))
        {
            return Answer(new GrantMessage(GrantRequest.Hello, status: GrantStatus.DomainTaken));
        }

        Domain = domain;
        return Answer(new GrantMessage(GrantRequest.Hello));
    }

    private bool Add(DomainId mapper, ReadOnlySpan<int> descriptors)
    {
        uint reference = 0;
        GrantStatus status = GrantStatus.Done;
        if (Domain is not { } self || (status = grants.TryAdd(new Grant(this, self, mapper, descriptors.ToArray()), out reference)) != GrantStatus.Done)
        {
            DescriptorPassing.Close(descriptors);
        }

        return Domain is not null && Answer(new GrantMessage(GrantRequest.Grant, reference: reference, status: status));
    }

    private bool HandOver(in GrantMessage request)
    {
        if (grants.TakeForMapper(request.Reference, request.DomainId, Domain!.Value) is not { } grant)
        {
            return Answer(new GrantMessage(GrantRequest.Map, status: GrantStatus.UnknownReference));
        }

        bool answered = Answer(new GrantMessage(GrantRequest.Map), grant.Descriptors);

        // Ours too must go: a copy here would keep the pipes from hanging up when the peer dies.
        DescriptorPassing.Close(grant.Descriptors);
        return answered;
    }

    private bool TakeBack(uint reference)
    {
        if (grants.TakeForOwner(reference, this) is not { } grant)
        {
            return Answer(new GrantMessage(GrantRequest.Revoke, status: GrantStatus.UnknownReference));
        }

        DescriptorPassing.Close(grant.Descriptors);
        return Answer(new GrantMessage(GrantRequest.Revoke));
    }

    /// <summary>Sends an answer. Never waits: whoever does not read its answers loses the connection.</summary>
    private bool Answer(GrantMessage answer, ReadOnlySpan<int> descriptors = default) =>
        DescriptorPassing.Send(Fd, MemoryMarshal.AsBytes(new ReadOnlySpan<GrantMessage>(ref answer)), descriptors, LibC.MSG_DONTWAIT) == 0;
}
