namespace XenLoop.Harness.Reporting;

/// <summary>Words.</summary>
/// <param name="Text">Plain; a caller's word, never a measuring program's output.</param>
public sealed record Paragraph(string Text) : Block;
