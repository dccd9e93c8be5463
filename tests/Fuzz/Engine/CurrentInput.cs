using System.IO.MemoryMappedFiles;

namespace XenLoop.Fuzz.Engine;

/// <summary>The input that is being run, in a shared file: it outlives a worker that dies of it.</summary>
/// <remarks>
/// <code>
///  +0  length  int
///  +4  input
/// </code>
/// </remarks>
internal sealed class CurrentInput : IDisposable
{
    private const int LengthBytes = sizeof(int);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens or makes the file.</summary>
    public CurrentInput(string path, int longest)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, LengthBytes + longest);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Notes what is about to be run.</summary>
    public void Write(byte[] input)
    {
        _view.Write(0, input.Length);
        _view.WriteArray(LengthBytes, input, 0, input.Length);
    }

    /// <summary>What was noted last.</summary>
    public byte[] Read()
    {
        byte[] input = new byte[_view.ReadInt32(0)];
        _view.ReadArray(LengthBytes, input, 0, input.Length);
        return input;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
