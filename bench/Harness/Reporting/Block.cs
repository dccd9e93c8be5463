namespace XenLoop.Harness.Reporting;

/// <summary>A part of a report, which Markdown and HTML show each in its way.</summary>
public abstract record Block;
