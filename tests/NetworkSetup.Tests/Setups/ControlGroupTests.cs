using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>A service whose outbound packets a BPF program is asked about, as systemd does for IPAddressDeny=: behind the hook at which packets are captured.</summary>
public sealed class ControlGroupTests(SetupTable table)
{
    private const int Datagrams = 20;

    [Fact]
    public void A_sandboxed_service_sends_nothing_over_the_fast_path_either()
    {
        // ip netns exec hides /sys/fs/cgroup, but not what is mounted elsewhere.
        string root = Directory.CreateTempSubdirectory("xlns-groups-").FullName;
        if (Command.Run(["mount", "-t", "cgroup2", "none", root]) is { ExitCode: not 0 } refused)
        {
            Directory.Delete(root);
            Assert.Skip($"This machine does not let us mount control groups: {refused.Error}");
        }

        using SetupRow row = table.Begin("service with IPAddressDeny=");
        string name = $"xlns-{Environment.ProcessId}.slice";
        string group = Directory.CreateDirectory(Path.Combine(root, name, "sandboxed.service")).FullName;
        try
        {
            using var scene = new Scene();
            using var program = new BpfProgram(BpfProgram.CgroupPacket, answer: 0);
            scene.WaitForFastPath(scene.A, scene.B);
            using var receiver = scene.B.Namespace.Enter(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            int port = Ports.Next();
            receiver.Bind(new IPEndPoint(IPAddress.Any, port));
            string send = $"set -e; echo $$ > {group}/cgroup.procs; set +e; i=0; while [ $i -lt {Datagrams} ]; do echo > /dev/udp/{scene.B.Address}/{port}; i=$((i + 1)); done";
            scene.A.Run("bash", "-c", send).Checked();
            Assert.Equal(Datagrams, Received(receiver));

            program.AttachToOutbound(group);
            string reason = "";
            Wait.Until(
                () => (reason = scene.Colony[scene.A].Status().Standard.FirstOrDefault(said => said.Contains($"{name}/sandboxed.service", StringComparison.Ordinal)) ?? "").Length > 0,
                Limits.Change,
                "the agent to see the program",
                () => scene.Colony[scene.A].Process.Log);
            scene.A.Run("bash", "-c", send);
            Assert.Equal(0, Received(receiver));
            scene.WaitForFastPath(scene.A, scene.B);
            row.Conclude("standard for what such services send", reason.Replace(name, "...", StringComparison.Ordinal), $"{Datagrams} datagrams that the program forbids: none arrives, and those of others take the fast path");
        }
        finally
        {
            Directory.Delete(group);
            Directory.Delete(Path.Combine(root, name));
            Command.Run(["umount", root]).Checked();
            Directory.Delete(root);
        }
    }

    private static int Received(Socket receiver)
    {
        byte[] datagram = new byte[100];
        receiver.ReceiveTimeout = 500;
        int count = 0;
        try
        {
            for (; ; count++)
            {
                _ = receiver.Receive(datagram);
            }
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return count;
        }
    }
}
