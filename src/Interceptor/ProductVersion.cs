using System.Reflection;

namespace XenLoop.Interceptor;

/// <summary>The version that this binary was built as (<c>Version</c> in Directory.Build.props).</summary>
internal static class ProductVersion
{
    /// <summary>The version as text, for example <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
