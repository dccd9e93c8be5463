using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>WireGuard in user space: its packets on the wire are those of the kernel's, which not every kernel has.</summary>
public sealed class WireGuardTests(Machine machine) : IDisposable
{
    private const int Port = 51820;
    private const int RsyncPort = 873;

    /// <summary>The client's and the server's. Control sockets lie where wg looks for them, in one place for both guests: hence two names.</summary>
    private static readonly string[] s_devices = ["xlwg-client", "xlwg-server"];

    public void Dispose() => Array.ForEach(s_devices, RemoveControlSocket);

    [Fact]
    public void A_file_through_the_tunnel_both_ways()
    {
        using Trial trial = machine.Begin("WireGuard (wireguard-go)", "wireguard-go", "wireguard-tools", "rsync");
        Guest[] guests = [trial.Client, trial.Server];
        string[] publicKeys = [.. guests.Select(g => NewKey(trial, g))];
        for (int i = 0; i < guests.Length; i++)
        {
            (Guest guest, Guest peer, string device) = (guests[i], guests[1 - i], s_devices[i]);
            RemoveControlSocket(device);
            Daemon daemon = trial.Serve(guest, 0, "root", "wireguard-go", "--foreground", device);
            daemon.WaitUntil(() => File.Exists(ControlSocket(device)), "to make its device");
            guest.Run(
                "wg", "set", device, "listen-port", $"{Port}", "private-key", KeyFile(trial, guest),
                "peer", publicKeys[1 - i], "allowed-ips", $"{Inside(peer)}/32", "endpoint", $"{peer.Address}:{Port}").Checked();
            guest.Namespace.Configure($"addr add {Inside(guest)}/24 dev {device}", $"link set {device} up");
        }

        string module = trial.NewDirectory("module");
        trial.Serve(RsyncPort, "rsync", "--daemon", "--no-detach", "--log-file=/dev/stderr", "--config=" + trial.NewText("rsyncd.conf", $"""
            uid = root
            gid = root
            use chroot = no
            [module]
            path = {module}
            read only = no

            """));
        PatternFile file = trial.NewFile("file", Volume.Of(8, 128) * Volume.MiB);
        string url = $"rsync://{Inside(trial.Server)}/module/{file.Name}";
        trial.Ask("rsync", "--whole-file", file.Path, url);
        trial.Ask("rsync", "--whole-file", url, trial.In("back"));
        file.AssertCopied(Path.Combine(module, file.Name));
        file.AssertCopied(trial.In("back"));
        trial.Conclude("a file there and back through the tunnel, every byte", file.Length, file.Length);
    }

    /// <summary>Of a run that was killed, or of this one. Where WireGuard was never used, there is not even the directory.</summary>
    private static void RemoveControlSocket(string device)
    {
        if (File.Exists(ControlSocket(device)))
        {
            File.Delete(ControlSocket(device));
        }
    }

    private static string ControlSocket(string device) => $"/var/run/wireguard/{device}.sock";

    private static string Inside(Guest guest) => $"10.78.0.{guest.Number}";

    private static string KeyFile(Trial trial, Guest guest) => trial.In("key-" + guest.Name);

    /// <returns>The public key that belongs to it.</returns>
    private static string NewKey(Trial trial, Guest guest) =>
        trial.AskShell($"umask 077; wg genkey | tee {KeyFile(trial, guest)} | wg pubkey").Trim();
}
