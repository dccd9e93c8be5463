namespace XenLoop.Interceptor.Rules;

/// <summary>Words for <see cref="RuleForm"/>.</summary>
internal static class RuleFormExtensions
{
    /// <summary>The user's word for a form.</summary>
    public static string Word(this RuleForm form) => form == RuleForm.Conntrack ? "conntrack" : "plain";
}
