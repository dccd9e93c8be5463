using XenLoop.Interceptor.Confinement;
using XenLoop.Native;

namespace XenLoop.Interceptor.Tests.Confinement;

public sealed class CallFilterTests
{
    private const uint Allowed = LinuxSeccomp.SECCOMP_RET_ALLOW;
    private const uint Refused = LinuxSeccomp.SECCOMP_RET_ERRNO | Errno.EPERM;

    private static readonly sock_filter[] Program = CallFilter.Build(ForbiddenCalls.AuditArchitecture, ForbiddenCalls.Numbers);

    [Fact]
    public void It_refuses_what_is_forbidden_and_nothing_else()
    {
        Assert.NotEmpty(ForbiddenCalls.Numbers.ToArray());
        for (uint number = 0; number < 1000; number++)
        {
            Assert.Equal(ForbiddenCalls.Numbers.Contains(number) ? Refused : Allowed, Answer(ForbiddenCalls.AuditArchitecture, number));
        }
    }

    [Fact]
    public void It_refuses_all_calls_of_other_architectures()
    {
        const uint I386 = 0x4000_0003;
        const uint WriteOfX32 = 0x4000_0001;
        Assert.Equal(Refused, Answer(I386, 1));
        Assert.Equal(Refused, Answer(ForbiddenCalls.AuditArchitecture, WriteOfX32));
    }

    [Fact]
    public void No_call_is_listed_twice() => Assert.Distinct(ForbiddenCalls.Numbers.ToArray());

    /// <summary>What the kernel would answer; fails for a program that it would not take.</summary>
    private static uint Answer(uint architecture, uint number)
    {
        uint accumulator = 0;
        for (int next = 0; ; next++)
        {
            sock_filter step = Program[next];
            switch (step.code)
            {
                case LinuxSeccomp.LoadWord:
                    accumulator = step.k switch
                    {
                        LinuxSeccomp.NumberOffset => number,
                        LinuxSeccomp.ArchitectureOffset => architecture,
                        _ => throw new InvalidOperationException($"no word at {step.k}"),
                    };
                    break;
                case LinuxSeccomp.JumpIfEqual:
                    next += accumulator == step.k ? step.jt : step.jf;
                    break;
                case LinuxSeccomp.JumpIfAtLeast:
                    next += accumulator >= step.k ? step.jt : step.jf;
                    break;
                case LinuxSeccomp.Return:
                    return step.k;
                default:
                    throw new InvalidOperationException($"no instruction {step.code}");
            }
        }
    }
}
