using System.Reflection;
using System.Runtime.Loader;
using System.Text;

namespace XenLoop.Fuzz.Coverage;

/// <summary>Where XenLoop's assemblies, and with them this one, live a second time, reporting their coverage. Nothing on disk is changed.</summary>
internal sealed class InstrumentedContext : AssemblyLoadContext
{
    /// <summary>The libraries begin with it, and the executable is called so.</summary>
    private const string Product = "xenloop";

    private const string Planted = "XenLoop.Fuzz.Planted.";

    private readonly string _directory = AppContext.BaseDirectory;
    private readonly string _self = typeof(InstrumentedContext).Assembly.GetName().Name!;
    private readonly Instrumenter _instrumenter = new(typeof(CoverageMap).GetMethod(nameof(CoverageMap.Hit))!);

    /// <summary>Blocks that report, in all assemblies loaded so far.</summary>
    public int Blocks => _instrumenter.Blocks;

    /// <summary>This program, its own code as it is, save for the faults planted in it as a test of the fuzzer.</summary>
    public Assembly LoadSelf()
    {
        // All before the first run: their constants are what inputs are made of.
        foreach (string path in Directory.GetFiles(_directory, "*.dll"))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            if (IsOfProduct(name) && name != _self)
            {
                LoadFromAssemblyName(new AssemblyName(name));
            }
        }

        return LoadFromAssemblyName(new AssemblyName(_self));
    }

    /// <summary>Constants of all code loaded so far, as bytes: words as they are, numbers in both byte orders.</summary>
    public byte[][] Tokens()
    {
        List<byte[]> tokens = [];
        foreach (string word in _instrumenter.Words)
        {
            tokens.Add(Encoding.Latin1.GetBytes(word));
        }

        foreach (long number in _instrumenter.Numbers)
        {
            byte[] bytes = BitConverter.GetBytes(number);
            int width = number is >= short.MinValue and <= ushort.MaxValue ? 2 : number is >= int.MinValue and <= uint.MaxValue ? 4 : 8;
            byte[] little = bytes[..width];
            byte[] big = bytes[..width];
            Array.Reverse(big);
            tokens.Add(little);
            tokens.Add(big);
        }

        return [.. tokens];
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string path = Path.Combine(_directory, assemblyName.Name + ".dll");
        if (!IsOfProduct(assemblyName.Name) || !File.Exists(path))
        {
            return null;
        }

        bool isSelf = assemblyName.Name == _self;
        using var image = new MemoryStream(_instrumenter.Rewrite(path, type => !isSelf || type.StartsWith(Planted, StringComparison.Ordinal)));
        return LoadFromStream(image);
    }

    private static bool IsOfProduct(string? name) => name?.StartsWith(Product, StringComparison.OrdinalIgnoreCase) == true;
}
