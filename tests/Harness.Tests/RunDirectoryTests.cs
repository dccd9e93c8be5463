using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Tests;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("xenloop-harness-");

    private string RawData => Path.Combine(_directory.FullName, "samples.jsonl");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void What_was_written_is_read_again()
    {
        Sample sample = Samples.One("fast", 1, 12.5) with { Circumstances = new Circumstances(1, 2, 0.5, 100, 900, 3, 0.25, 7) };
        RunDirectory.Create(_directory.FullName, Samples.Header).Append([sample, new StepDone("one", 1.5)]);

        RunDirectory read = RunDirectory.Open(_directory.FullName);
        Assert.Equal(sample, Assert.Single(read.Samples));
        Assert.Equal("one", Assert.Single(read.Done).Step);
        Assert.Equal(Samples.Header.Options.Paths, read.Header.Options.Paths);
        Assert.Equal(Samples.Header.Options.Extent, read.Header.Options.Extent);
    }

    /// <summary>Killed anywhere: whatever is left of the last step goes, everything before it stays, and the run can go on.</summary>
    [Fact]
    public void A_run_cut_off_anywhere_goes_on()
    {
        RunDirectory run = RunDirectory.Create(_directory.FullName, Samples.Header);
        run.Append([Samples.One("fast", 1, 1), new StepDone("one", 1)]);
        long whole = new FileInfo(RawData).Length;
        run.Append([Samples.One("fast", 2, 2), Samples.One("fast", 2, 3), new StepDone("two", 1)]);
        byte[] all = File.ReadAllBytes(RawData);

        for (long length = whole; length < all.Length; length++)
        {
            File.WriteAllBytes(RawData, all[..(int)length]);
            RunDirectory cut = RunDirectory.Open(_directory.FullName);
            Assert.Equal("one", Assert.Single(cut.Done).Step);
            cut.Append([Samples.One("fast", 2, 9), new StepDone("two", 1)]);
            Assert.Equal([1, 9], RunDirectory.Open(_directory.FullName).Samples.Select(s => s.Value));
        }
    }

    [Fact]
    public void A_failure_that_was_made_good_is_none()
    {
        RunDirectory run = RunDirectory.Create(_directory.FullName, Samples.Header);
        run.Append([new StepFailed("one", "no"), new StepFailed("two", "no")]);
        run.Append([Samples.One("fast", 1, 1), new StepDone("one", 1)]);

        Assert.Equal("two", Assert.Single(RunDirectory.Open(_directory.FullName).Failures).Step);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\n")]
    [InlineData("{\"kind\":\"done\",\"step\":\"one\",\"seconds\":1}\n")]
    [InlineData("{\"kind\":\"other\"}\n")]
    public void What_is_no_run_is_refused(string content)
    {
        File.WriteAllText(RawData, content);
        Assert.Throws<InvalidDataException>(() => RunDirectory.Open(_directory.FullName));
    }

    [Fact]
    public void A_directory_without_a_run_is_refused() =>
        Assert.Throws<InvalidDataException>(() => RunDirectory.Open(_directory.FullName));

    [Fact]
    public void A_run_is_never_overwritten()
    {
        RunDirectory.Create(_directory.FullName, Samples.Header);
        Assert.Throws<IOException>(() => RunDirectory.Create(_directory.FullName, Samples.Header));
    }
}
