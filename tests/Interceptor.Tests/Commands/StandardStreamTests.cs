using XenLoop.Interceptor.Commands;

namespace XenLoop.Interceptor.Tests.Commands;

public sealed class StandardStreamTests
{
    /// <summary>The base library makes an exception of its own of each error number: of EFBIG, that of an argument.</summary>
    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    [InlineData(typeof(ArgumentOutOfRangeException))]
    public void Whatever_a_write_fails_with_is_told(Type kind)
    {
        Exception? told = null;
        using var output = new StandardStream(new BrokenStream((Exception)Activator.CreateInstance(kind)!), error => told = error);
        output.WriteLine("words");
        Assert.IsType(kind, told);
    }

    private sealed class BrokenStream(Exception error) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw error;

        public override void Write(byte[] buffer, int offset, int count) => throw error;
    }
}
