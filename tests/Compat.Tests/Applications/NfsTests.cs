using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>
/// Server and client in user space (NFS-Ganesha, libnfs): a mount needs a kernel with NFS, which not every one has. Reading
/// only: Debian's libnfs 4.0.0 gives up writing to Ganesha before it has sent anything, on the loopback interface too.
/// </summary>
public sealed class NfsTests(Machine machine)
{
    private const string Application = "NFS 4 (Ganesha, libnfs)";
    private const int Port = 2049;

    /// <summary>Ganesha finds files by handles (open_by_handle_at(2)), which the overlays of containers do not have.</summary>
    private static readonly string[] s_fileSystemsWithHandles = ["ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs"];

    [Fact]
    public void Files_are_read()
    {
        string format = new DriveInfo(Path.GetTempPath()).DriveFormat;
        if (!s_fileSystemsWithHandles.Contains(format))
        {
            Trial.Skip(machine.Table, Application, $"NFS-Ganesha cannot export files of this file system ({format})");
        }

        using Trial trial = machine.Begin(Application, "nfs-ganesha", "nfs-ganesha-vfs", "libnfs-utils");
        string export = trial.NewDirectory("export");
        trial.Serve(Port, "ganesha.nfsd", "-F", "-L", "STDERR", "-p", trial.In("ganesha.pid"), "-f", trial.NewText("ganesha.conf", $$"""
            NFS_CORE_PARAM { Protocols = 4; NFS_Port = {{Port}}; Enable_NLM = false; Enable_RQUOTA = false; }
            NFSv4 { Graceless = true; RecoveryRoot = "{{trial.NewDirectory("recovery")}}"; Only_Numeric_Owners = true; }
            EXPORT {
                Export_Id = 1; Path = {{export}}; Pseudo = /lab; Access_Type = RO; SecType = sys;
                FSAL { Name = VFS; }
            }

            """));
        PatternFile[] files = [.. Enumerable.Range(0, Volume.Of(4, 32)).Select(i => trial.NewFile($"export/{i}", (4 * Volume.MiB) - (i * 1000)))];
        foreach (PatternFile file in files)
        {
            trial.Ask("nfs-cp", $"nfs://{trial.Server.Address}/lab/{file.Name}?version=4", trial.In("copy"));
            file.AssertCopied(trial.In("copy"));
            File.Delete(trial.In("copy"));
        }

        trial.Conclude($"{files.Length} files read, every byte", toServer: 0, toClient: files.Sum(f => f.Length));
    }
}
