namespace XenLoop.Interceptor.Rules;
internal sealed class RuleException(string m) : Exception(m);
