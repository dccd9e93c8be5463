using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class AnswerPolicyTests
{
    private readonly AnswerPolicy _policy = new();

    [Fact]
    public void As_long_as_answers_are_found_each_injection_is_followed_by_a_look()
    {
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(_policy.TakeInjection());
            _policy.Looked(found: true);
        }
    }

    [Fact]
    public void After_each_look_in_vain_it_rests_twice_as_long_up_to_a_limit()
    {
        int[] rests = [.. Enumerable.Range(0, 9).Select(_ => InjectionsUntilLook(found: false))];
        Assert.Equal([0, 1, 2, 4, 8, 16, 32, AnswerPolicy.LongestRest, AnswerPolicy.LongestRest], rests);
    }

    [Fact]
    public void An_answer_ends_the_growth_of_rests()
    {
        for (int i = 0; i < 9; i++)
        {
            InjectionsUntilLook(found: false);
        }

        Assert.Equal(AnswerPolicy.LongestRest, InjectionsUntilLook(found: true));
        Assert.Equal(0, InjectionsUntilLook(found: false));
        Assert.Equal(1, InjectionsUntilLook(found: true));
    }

    private int InjectionsUntilLook(bool found)
    {
        int rested = 0;
        while (!_policy.TakeInjection())
        {
            rested++;
        }

        _policy.Looked(found);
        return rested;
    }
}
