using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Compat.Tests.Trials;

/// <summary>A Debian package that is installed, or was unpacked beside the system because it conflicts with an installed one.</summary>
/// <param name="Name">As apt calls it.</param>
/// <param name="Version">As dpkg calls it.</param>
/// <param name="Root">Where its files are: empty if it is installed, the folder that stands for <c>/</c> if it was unpacked.</param>
internal sealed record DebianPackage(string Name, string Version, string Root)
{
    /// <summary>Where <c>./build.sh</c> unpacks what it cannot install, one folder per package, and where the table goes.</summary>
    public static string Directory => Path.Combine(XenLoopBinary.RepositoryRoot, "out", "compat");

    /// <summary>The package, or <see langword="null"/> if it is not here.</summary>
    public static DebianPackage? Find(string name)
    {
        CommandResult query = Command.Run(["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", name]);
        if (query.ExitCode == 0 && query.Output.Split(' ') is ["installed", string version])
        {
            return new DebianPackage(name, version.Trim(), Root: "");
        }

        string root = Path.Combine(Directory, "packages", name);
        string unpacked = root + ".version";
        return File.Exists(unpacked) ? new DebianPackage(name, File.ReadAllText(unpacked).Trim(), root) : null;
    }
}
