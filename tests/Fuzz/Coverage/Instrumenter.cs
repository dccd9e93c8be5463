using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using MethodBody = Mono.Cecil.Cil.MethodBody;

namespace XenLoop.Fuzz.Coverage;

/// <summary>Rewrites an assembly's IL in memory so that each basic block reports to <see cref="CoverageMap"/>, and collects the constants that its code compares with.</summary>
/// <param name="hit"><see cref="CoverageMap.Hit"/>.</param>
internal sealed class Instrumenter(MethodInfo hit)
{
    private const int LongestToken = 24;

    // Fixed: the same block has the same number in every run.
    private readonly Random _numbers = new(1);

    /// <summary>Blocks that report.</summary>
    public int Blocks { get; private set; }

    /// <summary>Text constants of the code: words that a parser looks for.</summary>
    public HashSet<string> Words { get; } = [];

    /// <summary>Number constants of the code, from 256 up.</summary>
    public HashSet<long> Numbers { get; } = [];

    /// <summary>Rewrites one assembly.</summary>
    /// <param name="path">The original, which is only read.</param>
    /// <param name="wanted">Which types, by full name.</param>
    /// <returns>The rewritten assembly.</returns>
    public byte[] Rewrite(string path, Func<string, bool> wanted)
    {
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { InMemory = true });
        MethodReference report = module.ImportReference(hit);
        foreach (TypeDefinition type in module.GetTypes())
        {
            if (!wanted(type.FullName))
            {
                continue;
            }

            foreach (MethodDefinition method in type.Methods)
            {
                if (method.HasBody)
                {
                    Rewrite(method.Body, report);
                }
            }
        }

        using var result = new MemoryStream();
        module.Write(result);
        return result.ToArray();
    }

    private void Rewrite(MethodBody body, MethodReference report)
    {
        // Branches in their long form: the code between them and their targets grows.
        body.SimplifyMacros();
        ILProcessor code = body.GetILProcessor();
        foreach (Instruction leader in Leaders(body))
        {
            // In place, so that whatever refers to the leader (a branch, an exception clause) now runs the report first.
            Instruction moved = Copy(leader);
            leader.OpCode = OpCodes.Ldc_I4;
            leader.Operand = _numbers.Next(CoverageMap.Edges);
            Instruction call = code.Create(OpCodes.Call, report);
            code.InsertAfter(leader, call);
            code.InsertAfter(call, moved);
            Blocks++;
        }

        body.OptimizeMacros();
    }

    /// <summary>The first instructions of all basic blocks.</summary>
    private HashSet<Instruction> Leaders(MethodBody body)
    {
        HashSet<Instruction> leaders = [body.Instructions[0]];
        foreach (Instruction instruction in body.Instructions)
        {
            switch (instruction.Operand)
            {
                case Instruction target:
                    leaders.Add(target);
                    break;
                case Instruction[] targets:
                    leaders.UnionWith(targets);
                    break;
                case string { Length: > 0 and <= LongestToken } word:
                    Words.Add(word);
                    break;
                case int and (> byte.MaxValue or < short.MinValue) and int number:
                    Numbers.Add(number);
                    break;
                case long number:
                    Numbers.Add(number);
                    break;
            }

            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch && instruction.Next is { } next)
            {
                leaders.Add(next);
            }
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            leaders.Add(handler.HandlerStart);
        }

        return leaders;
    }

    private static Instruction Copy(Instruction original)
    {
        Instruction copy = Instruction.Create(OpCodes.Nop);
        copy.OpCode = original.OpCode;
        copy.Operand = original.Operand;
        return copy;
    }
}
