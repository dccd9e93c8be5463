using XenLoop.Interceptor.Commands;

namespace XenLoop.Interceptor.Tests.Commands;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("512K", 524288)]
    [InlineData("512k", 524288)]
    [InlineData("1M", 1048576)]
    [InlineData("16m", 16777216)]
    [InlineData("2047M", 2146435072)]
    [InlineData("2147483647", int.MaxValue)]
    public void Reads(string text, int expected)
    {
        Assert.True(ByteSize.TryParse(text, out int bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("1G")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5M")]
    [InlineData("1 M")]
    [InlineData(" 1")]
    [InlineData("0x10")]
    [InlineData("KK")]
    [InlineData("2147483648")]
    [InlineData("2048M")]
    [InlineData("2097152K")]
    [InlineData("99999999999999999999M")]
    public void Refuses(string text)
    {
        Assert.False(ByteSize.TryParse(text, out int bytes));
        Assert.Equal(0, bytes);
    }
}
