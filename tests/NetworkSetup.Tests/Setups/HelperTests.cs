using System.Globalization;
using System.Net.Sockets;
using System.Text;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>Firewalls that do more with a connection than let it pass or not: they read what is said in it, or answer in a server's place. Both happen behind our rules.</summary>
public sealed class HelperTests(SetupTable table)
{
    private const int FtpControl = 21;
    private const long Length = 16 * Limits.MiB;

    /// <summary>The server may only be reached at its data port because the kernel's helper has read in the control connection which that is.</summary>
    [Fact]
    public void A_connection_that_a_helper_expects_gets_in()
    {
        using SetupRow row = table.Begin("FTP helper, default deny");
        using var scene = new Scene(host => host["b"].Run(
            "sh",
            "-c",
            $"""
            iptables -t raw -A PREROUTING -p tcp --dport {FtpControl} -j CT --helper ftp
            iptables -P INPUT DROP
            iptables -A INPUT -i lo -j ACCEPT
            iptables -A INPUT -p icmp -j ACCEPT
            iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
            iptables -A INPUT -p tcp --dport {FtpControl} -m conntrack --ctstate NEW -j ACCEPT
            """).Checked());
        using Socket listener = GuestSockets.ListenTcp(scene.B.Namespace, FtpControl);
        using Socket client = GuestSockets.CreateTcp(scene.A.Namespace);
        client.Connect(scene.B.Address, FtpControl);
        using Socket server = listener.Accept();
        Say(server, client, "220 ready\r\n");
        Say(client, server, "PASV\r\n");
        int port = Ports.Next();
        string address = scene.B.Address.ToString().Replace('.', ',');
        Say(server, client, string.Create(CultureInfo.InvariantCulture, $"227 Entering Passive Mode ({address},{port / 256},{port % 256}).\r\n"));

        PathMeter path = scene.Watch(scene.A, scene.B);
        using var stream = new TcpStream(scene.A, scene.B, port, Length);
        stream.Complete(Limits.Transfer);
        path.AssertFast(Length);
        row.Conclude("standard for what helpers read, fast for the rest", "", $"the connection that the helper expects, TCP {Length / Limits.MiB} MiB, every byte");
    }

    /// <summary>The sequence numbers that the client knows are the proxy's; each packet of the server's is to be changed on its way out.</summary>
    [Fact]
    public void A_server_behind_a_SYN_proxy_is_reached()
    {
        using SetupRow row = table.Begin("SYNPROXY before a local server");
        int port = Ports.Next();
        using var scene = new Scene(host =>
        {
            host["b"].SetKernelParameter("net/netfilter/nf_conntrack_tcp_loose", "0");
            host["b"].Run(
                "sh",
                "-c",
                $"""
                iptables -t raw -A PREROUTING -i eth0 -p tcp --dport {port} --syn -j CT --notrack
                iptables -A INPUT -i eth0 -p tcp --dport {port} -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460
                iptables -A INPUT -i eth0 -p tcp --dport {port} -m conntrack --ctstate INVALID -j DROP
                """).Checked();
        });
        PathMeter path = scene.Watch(scene.A, scene.B);
        using var stream = new TcpStream(scene.A, scene.B, port, Length);
        stream.Complete(Limits.Transfer);
        Assert.Equal(0, path.FastToOne);
        row.Conclude("standard for the TCP of the guest with the proxy", scene.Colony[scene.B].Status().Standard.Single(reason => reason.Contains("SYNPROXY", StringComparison.Ordinal)), $"TCP {Length / Limits.MiB} MiB, every byte");
    }

    private static void Say(Socket from, Socket to, string line)
    {
        from.Send(Encoding.ASCII.GetBytes(line));
        byte[] heard = new byte[200];
        to.ReceiveTimeout = 5000;
        Assert.Equal(line, Encoding.ASCII.GetString(heard, 0, to.Receive(heard)));
    }
}
