using XenLoop.Interceptor.Commands;

namespace XenLoop.Interceptor.Tests.Commands;

/// <summary>Of two announcers on one host the second ends.</summary>
public sealed class AnnouncerGuardTests : IDisposable
{
    private readonly string _device = Path.GetTempFileName();

    public void Dispose() => File.Delete(_device);

    [Fact]
    public void ASecondIsKeptOffForAsLongAsTheFirstRuns()
    {
        using (AnnouncerGuard.Take(_device))
        {
            Assert.True(AnnouncerGuard.IsTaken(_device));
            Assert.Contains("runs on this host already", Assert.Throws<GuestSetupException>(() => AnnouncerGuard.Take(_device)).Message, StringComparison.Ordinal);
        }

        // A program that another test just starts has a copy of the descriptor, and with it the lock, from fork to exec.
        Assert.True(SpinWait.SpinUntil(() => AnnouncerGuard.IsTaken(_device) == false, TimeSpan.FromSeconds(5)));

        // To look is not to take.
        AnnouncerGuard.Take(_device).Dispose();
    }

    [Fact]
    public void AHostWithoutTheDeviceHasNoGuard()
    {
        using Native.FileDescriptor none = AnnouncerGuard.Take("/nonexistent/xenbus");
        Assert.True(none.IsInvalid);
        Assert.Null(AnnouncerGuard.IsTaken("/nonexistent/xenbus"));
    }
}
