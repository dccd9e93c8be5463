using XenLoop.Fuzz.Engine;

namespace XenLoop.Fuzz.Tests;

/// <summary>Every input that is kept, those that once were faults above all, run once through the code as it is built, without instrumentation.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Targets => [.. Catalogue.Targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Kept_inputs_and_old_faults_do_no_harm(string name)
    {
        FuzzTarget target = Catalogue.Find(name)!;
        using var buffer = new GuardedBuffer(target.LongestInput);
        int count = 0;
        foreach (byte[] input in target.Seeds().Concat(FuzzFiles.ReadAll(FuzzFiles.Corpus(name))).Concat(FuzzFiles.ReadAll(FuzzFiles.Regressions(name))))
        {
            target.Run(buffer.Place(input));
            count++;
        }

        Assert.True(count > target.Seeds().Count(), "The corpus was not found beside the program.");
    }
}
