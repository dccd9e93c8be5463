namespace XenLoop.Discovery.Tests;

/// <summary>The store's end of a connection, played by a test.</summary>
public sealed class ScriptedStore : IAsyncDisposable
{
    private readonly DuplexPipe _far;

    public ScriptedStore(TimeSpan timeout)
    {
        (DuplexPipe near, _far) = DuplexPipe.Pair();
        Connection = new XenStoreConnection(near, owned: null, timeout, TimeProvider.System);
    }

    public XenStoreConnection Connection { get; }

    internal async Task<XenStoreFrame> NextAsync() =>
        await XenStoreFrame.ReadAsync(_far.Input, TestContext.Current.CancellationToken) ?? throw new EndOfStreamException();

    public async Task SendAsync(XenStoreMessage type, uint request, uint transaction, byte[] payload) =>
        await XenStoreFrame.WriteAsync(_far.Output, type, request, transaction, payload, TestContext.Current.CancellationToken);

    public async Task SendRawAsync(byte[] bytes) => await _far.Output.WriteAsync(bytes, TestContext.Current.CancellationToken);

    public ValueTask EndAsync() => _far.Output.CompleteAsync();

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
