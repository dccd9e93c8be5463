namespace XenLoop.SharedRing.Local;

/// <summary>A grant that nobody has mapped yet: the broker owns the descriptors until then.</summary>
/// <param name="Owner">The connection that made it.</param>
/// <param name="OwnerDomain">The domain it speaks for.</param>
/// <param name="Mapper">The only domain that may map it.</param>
/// <param name="Descriptors">As <see cref="GrantedDescriptors"/> orders them.</param>
internal sealed record Grant(object Owner, DomainId OwnerDomain, DomainId Mapper, int[] Descriptors);
