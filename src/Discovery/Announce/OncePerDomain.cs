using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Has each thing be said only once of a domain: a guest can make us look as often as it likes.</summary>
internal sealed class OncePerDomain
{
    private readonly HashSet<(DomainId, string)> _said = [];

    /// <summary>True if this was not said of the domain before; from now on it was.</summary>
    public bool IsNews(DomainId domain, string what) => _said.Add((domain, what));

    /// <summary>A domain has gone: what is to be said of the next of that number is news.</summary>
    public void Forget(DomainId domain) => _said.RemoveWhere(said => said.Item1 == domain);
}
