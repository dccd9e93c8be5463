using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace XenLoop.Native.Tests;

/// <summary>
/// Compares C# structs and constants with what the C compiler of this machine makes of the same names: it writes a small C
/// program that prints <c>sizeof</c>, <c>offsetof</c> and values, compiles and runs it. Needs gcc and the kernel's headers.
/// </summary>
/// <param name="headers">What the program includes, in this order: <c>sys/socket.h</c>, <c>linux/if_tun.h</c>...</param>
/// <remarks>Other test projects link this file instead of copying it.</remarks>
public sealed class CStructLayout(params string[] headers)
{
    /// <summary>Comes before the headers: for those that do not compile alone.</summary>
    public string Preamble { get; init; } = "";

    /// <summary>
    /// Asserts that <typeparamref name="T"/> has the size of <paramref name="cType"/>, and each of its instance fields the offset
    /// and size of the C member of the same name.
    /// </summary>
    /// <param name="cType">As C spells it: <c>struct msghdr</c>.</param>
    /// <param name="cMembers">C names of fields that C# names otherwise (for example <c>ifr_flags</c> for a union's member).</param>
    /// <param name="fixedPart">True if T is only the beginning of the C type (what follows varies): the sizes are then not compared.</param>
    public void AssertSame<T>(string cType, IReadOnlyDictionary<string, string>? cMembers = null, bool fixedPart = false)
        where T : unmanaged
    {
        FieldInfo[] fields = typeof(T).GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        List<string> expressions = [$"sizeof({cType})"];
        foreach (FieldInfo field in fields)
        {
            string member = cMembers?.GetValueOrDefault(field.Name) ?? field.Name;
            expressions.Add($"offsetof({cType}, {member})");
            expressions.Add($"sizeof((({cType} *)0)->{member})");
        }

        long[] expected = Evaluate([.. expressions]);
        StringBuilder differences = new();
        if (!fixedPart)
        {
            Compare(differences, expressions[0], expected[0], Unsafe.SizeOf<T>());
        }

        for (int i = 0; i < fields.Length; i++)
        {
            int e = 1 + (2 * i);
            Compare(differences, expressions[e], expected[e], (long)Marshal.OffsetOf<T>(fields[i].Name));
            Compare(differences, expressions[e + 1], expected[e + 1], SizeOf(fields[i].FieldType));
        }

        Assert.True(differences.Length == 0, $"{typeof(T).Name} is not C's {cType}:{differences}");
    }

    /// <summary>Asserts that integer constants of <paramref name="holder"/> have the values that C gives to the same names.</summary>
    /// <param name="holder">The class or enum that declares them.</param>
    /// <param name="names">Same in C# and in C.</param>
    public void AssertConstants(Type holder, params string[] names)
    {
        long[] expected = Evaluate([.. names.Select(name => $"({name})")]);
        StringBuilder differences = new();
        for (int i = 0; i < names.Length; i++)
        {
            FieldInfo field = holder.GetField(names[i], BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
                ?? throw new ArgumentException($"{holder.Name} declares no {names[i]}.", nameof(names));
            Compare(differences, names[i], expected[i], AsLong(field.GetRawConstantValue()!));
        }

        Assert.True(differences.Length == 0, $"{holder.Name} differs from C:{differences}");
    }

    /// <summary>The values that C gives to integer expressions.</summary>
    public long[] Evaluate(params string[] expressions)
    {
        StringBuilder program = new("#define _GNU_SOURCE\n#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n");
        program.AppendLine(Preamble);
        foreach (string header in headers)
        {
            program.Append(CultureInfo.InvariantCulture, $"#include <{header}>\n");
        }

        program.Append("int main(void)\n{\n");
        foreach (string expression in expressions)
        {
            program.Append(CultureInfo.InvariantCulture, $"    printf(\"%lld\\n\", (long long)({expression}));\n");
        }

        program.Append("    return 0;\n}\n");
        string[] lines = CompileAndRun(program.ToString()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expressions.Length, lines.Length);
        return [.. lines.Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
    }

    private static string CompileAndRun(string program)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("xenloop-layout-");
        try
        {
            string source = Path.Combine(directory.FullName, "layout.c");
            string executable = Path.Combine(directory.FullName, "layout");
            File.WriteAllText(source, program);
            Run("gcc", "-w", "-o", executable, source);
            return Run(executable);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Run(string command, params string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start.");

        // Both streams are far below a pipe's capacity unless gcc fails loudly, so errors are read on their own.
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} failed ({process.ExitCode}): {errors.GetAwaiter().GetResult()}");
        return output;
    }

    private static void Compare(StringBuilder differences, string what, long c, long csharp)
    {
        if (c != csharp)
        {
            differences.Append(CultureInfo.InvariantCulture, $"\n  {what}: C {c}, C# {csharp}");
        }
    }

    private static long SizeOf(Type field) => field switch
    {
        { IsPointer: true } or { IsFunctionPointer: true } => IntPtr.Size,
        { IsEnum: true } => SizeOf(Enum.GetUnderlyingType(field)),
        _ => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(field).Invoke(null, null)!,
    };

    private static long AsLong(object constant) => constant switch
    {
        ulong value => unchecked((long)value),
        _ => Convert.ToInt64(constant, CultureInfo.InvariantCulture),
    };
}
