namespace XenLoop.Interceptor.Rules;

/// <summary>What the user may decide about the rules instead of the installer.</summary>
internal sealed record RuleOptions
{
    /// <summary>The backend, <c>nft</c> or <c>legacy</c>; null: whichever fits.</summary>
    public string? Backend { get; init; }

    /// <summary>The form of the rules; null: as <see cref="ConntrackProbe"/> finds.</summary>
    public RuleForm? Form { get; init; }
}
