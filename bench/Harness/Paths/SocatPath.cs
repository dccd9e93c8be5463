using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>A <c>socat</c> in each guest between a TUN and a Unix socket that keeps packets apart (SOCK_SEQPACKET).</summary>
public sealed class SocatPath : TunnelPath
{
    /// <summary><c>SOCK_SEQPACKET</c> (<c>bits/socket_type.h</c>).</summary>
    private const string PacketSocket = "socktype=5";

    /// <summary>Builds it.</summary>
    public SocatPath()
        : base("socat")
    {
        try
        {
            string socket = Path.Combine(Host.Directory, "tunnel.sock");
            BackgroundProcess listener = Carry(Server, Socat(ServerAddress.ToString(), $"UNIX-LISTEN:{socket},{PacketSocket}"));
            Wait.Until(() => File.Exists(socket), TimeSpan.FromSeconds(10), "socat to listen", () => listener.Log);
            Carry(Client, Socat(ClientAddress.ToString(), $"UNIX-CONNECT:{socket},{PacketSocket}"));
            WaitUntilOpen();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The socket first: it listens before the TUN, whose other end cannot be opened yet, is made.</summary>
    private static string[] Socat(string address, string socket) =>
        ["socat", "-b65536", socket, $"TUN:{address}/24,tun-name={Device},iff-no-pi,iff-up"];
}
