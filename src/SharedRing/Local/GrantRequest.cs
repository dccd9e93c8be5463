namespace XenLoop.SharedRing.Local;

/// <summary>What a domain asks of the grant broker.</summary>
internal enum GrantRequest : ushort
{
    /// <summary>"I am this domain": first on each connection.</summary>
    Hello = 1,

    /// <summary>Let one peer map the descriptors that come along; answered with a grant reference.</summary>
    Grant = 2,

    /// <summary>Hand over what an owner granted to this domain, once.</summary>
    Map = 3,

    /// <summary>Take a grant back that was not mapped.</summary>
    Revoke = 4,
}
