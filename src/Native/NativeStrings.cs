using System.Runtime.InteropServices;
using System.Text;

namespace XenLoop.Native;

/// <summary>Strings as <c>execve</c> wants them: pointers to bytes that end with a zero, and a null pointer after the last.</summary>
public sealed unsafe class NativeStrings : SafeHandle
{
    /// <summary>Copies of <paramref name="strings"/>, in UTF-8.</summary>
    public NativeStrings(IReadOnlyList<string> strings)
        : base(0, ownsHandle: true)
    {
        int bytes = 0;
        foreach (string text in strings)
        {
            bytes += Encoding.UTF8.GetByteCount(text) + 1;
        }

        int pointers = (strings.Count + 1) * sizeof(byte*);
        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(pointers + bytes));
        SetHandle((nint)Pointers);
        byte* next = (byte*)Pointers + pointers;
        for (int i = 0; i < strings.Count; i++)
        {
            Pointers[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, bytes)) + 1;
        }
    }

    /// <summary>The first pointer; valid until disposal.</summary>
    public byte** Pointers { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
