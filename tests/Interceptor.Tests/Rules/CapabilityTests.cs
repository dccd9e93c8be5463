using System.Runtime.InteropServices;
using XenLoop.Interceptor.Rules;
using XenLoop.Native;
using XenLoop.Native.Tests;

namespace XenLoop.Interceptor.Tests.Rules;

public unsafe partial class CapabilityTests
{
    private const int Nobody = 65534;
    private const int PR_SET_KEEPCAPS = 8;

    [Fact]
    public void Layout()
    {
        CStructLayout c = new("linux/capability.h", "sys/prctl.h");
        c.AssertSame<__user_cap_header_struct>("struct __user_cap_header_struct");
        c.AssertSame<__user_cap_data_struct>("struct __user_cap_data_struct");
        c.AssertConstants(typeof(LinuxCapability), nameof(LinuxCapability._LINUX_CAPABILITY_VERSION_3), nameof(LinuxCapability.CAP_NET_ADMIN), nameof(LinuxCapability.CAP_NET_RAW));
        Assert.Equal([LibC.PR_CAP_AMBIENT, (long)LibC.PR_CAP_AMBIENT_RAISE], c.Evaluate("PR_CAP_AMBIENT", "PR_CAP_AMBIENT_RAISE"));
    }

    [Fact]
    public void NetAdminAloneIsEnoughForNft()
    {
        using var lab = new RuleLab();
        lab.In(() =>
        {
            BecomeNobodyWith(LinuxCapability.CAP_NET_ADMIN);
            RuleInstaller installer = RuleLab.Installer(form: RuleForm.Plain);
            Assert.Equal("iptables-nft", installer.Install("eth0", RuleLab.Peers).Backend.Name);
            Assert.False(installer.Verify());
            Assert.Equal(["iptables-nft"], installer.Remove());
        });
    }

    [Fact]
    public void LegacyWithNetAdminAloneSaysWhatIsMissing()
    {
        using var lab = new RuleLab();
        lab.Run("iptables-legacy -A INPUT -j ACCEPT");
        RuleException error = Assert.Throws<RuleException>(() => lab.In(() =>
        {
            BecomeNobodyWith(LinuxCapability.CAP_NET_ADMIN);
            return RuleLab.Installer("legacy", RuleForm.Plain).Install("eth0", RuleLab.Peers);
        }));
        Assert.Contains("CAP_NET_RAW", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RulesThatMayBeHiddenAreNotCalledAbsent()
    {
        using var lab = new RuleLab();
        lab.In(() => RuleLab.Installer("legacy", RuleForm.Plain).Install("eth0", RuleLab.Peers));
        lab.In(() =>
        {
            BecomeNobodyWith(LinuxCapability.CAP_NET_ADMIN);
            Assert.Contains("CAP_NET_RAW", Assert.Throws<RuleException>(() => RuleLab.Installer().Remove()).Message, StringComparison.Ordinal);
            Assert.Contains("CAP_NET_RAW", Assert.Throws<RuleException>(() => RuleLab.Installer().Show()).Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void WithoutCapabilitiesTheMessageNamesThem()
    {
        using var lab = new RuleLab();
        RuleException error = Assert.Throws<RuleException>(() => lab.In(() =>
        {
            BecomeNobodyWith();
            return RuleLab.Installer(form: RuleForm.Plain).Install("eth0", RuleLab.Peers);
        }));
        Assert.Contains("CAP_NET_ADMIN", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Takes root from the calling thread alone (the kernel keeps credentials by thread), which is thrown away afterwards.</summary>
    private static void BecomeNobodyWith(params int[] capabilities)
    {
        Assert.Equal(0, LibC.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
        long setresuid = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 117 : 147;
        Assert.Equal(0, syscall(setresuid, Nobody, Nobody, Nobody));
        uint kept = capabilities.Aggregate(0u, (set, capability) => set | (1u << capability));
        var header = new __user_cap_header_struct { version = LinuxCapability._LINUX_CAPABILITY_VERSION_3 };
        __user_cap_data_struct* sets = stackalloc __user_cap_data_struct[2];
        sets[0] = new __user_cap_data_struct { effective = kept, permitted = kept };
        sets[1] = default;
        Assert.Equal(0, LibC.capset(&header, sets));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, nint first, nint second, nint third);
}
