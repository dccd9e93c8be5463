using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>What every FTP server must do: give and take files, whoever opens the data connection.</summary>
internal static class FtpChecks
{
    /// <summary>The client that asks.</summary>
    public const string Client = "curl";

    /// <summary>The user that an anonymous guest becomes, with a group of that name and a home that exists, as vsftpd wants; it may write into <see cref="Incoming"/>.</summary>
    public const string User = "daemon";

    /// <summary>The folder for uploads in the server's root.</summary>
    public const string Incoming = "incoming";

    /// <summary>Asks the server on port 21, which gives anonymous guests <paramref name="root"/>, and concludes.</summary>
    public static void Run(Trial trial, string root)
    {
        string url = $"ftp://{trial.Server.Address}/";
        PatternFile file = trial.NewFile("file", Volume.Of(16, 512) * Volume.MiB);
        File.Copy(file.Path, Path.Combine(root, file.Name));

        // "--ftp-port -": the server connects to the client's own address, from which it was asked.
        string[][] modes = [[], ["--ftp-port", "-"]];
        foreach (string[] mode in modes)
        {
            string uploaded = "uploaded" + mode.Length;
            trial.Ask([Client, "-sS", .. mode, "-o", trial.In("back"), url + file.Name]);
            file.AssertCopied(trial.In("back"));
            trial.Ask([Client, "-sS", .. mode, "-T", file.Path, $"{url}{Incoming}/{uploaded}"]);
            file.AssertCopied(Path.Combine(root, Incoming, uploaded));
        }

        Assert.Contains(file.Name, trial.Ask(Client, "-sS", "--list-only", url), StringComparison.Ordinal);
        trial.Conclude("2 downloads, 2 uploads, passive and active, every byte", 2 * file.Length, 2 * file.Length);
    }
}
