using FsCheck;
using FsCheck.Fluent;

namespace XenLoop.Interceptor.Tests;

/// <summary>Runs a property over generated values. A failure names the smallest value found and the seed that repeats the run.</summary>
internal static class Properties
{
    /// <summary>Calls <paramref name="property"/> with <paramref name="runs"/> values; it throws if it does not hold.</summary>
    public static void Hold<T>(Gen<T> values, Action<T> property, int runs = 1000) =>
        Prop.ForAll(values.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(runs));

    /// <summary>Arbitrary bytes, up to <paramref name="longest"/> of them; half of all values are small, as in real headers.</summary>
    public static Gen<byte[]> Bytes(int longest) =>
        from length in Gen.Choose(0, longest)
        from bytes in Gen.OneOf(Gen.Choose(0, 255), Gen.Choose(0, 20)).ArrayOf(length)
        select Array.ConvertAll(bytes, value => (byte)value);

    /// <summary>True as often as false.</summary>
    public static Gen<bool> Flag { get; } = Gen.Elements(false, true);
}
