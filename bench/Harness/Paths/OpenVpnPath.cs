using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>OpenVPN in each guest, point to point over UDP across the bridge, without cipher and authentication.</summary>
public sealed class OpenVpnPath : TunnelPath
{
    /// <summary>Builds it.</summary>
    public OpenVpnPath()
        : base("openvpn")
    {
        try
        {
            foreach ((Guest guest, Guest other, string own, string remote) in (ReadOnlySpan<(Guest, Guest, string, string)>)
            [
                (Client, Server, ClientAddress.ToString(), ServerAddress.ToString()),
                (Server, Client, ServerAddress.ToString(), ClientAddress.ToString()),
            ])
            {
                Carry(
                    guest,
                    "openvpn", "--dev", Device, "--dev-type", "tun", "--proto", "udp", "--local", guest.Address.ToString(), "--remote", other.Address.ToString(),
                    "--ifconfig", own, remote, "--cipher", "none", "--auth", "none", "--verb", "1");
            }

            WaitUntilOpen();
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
