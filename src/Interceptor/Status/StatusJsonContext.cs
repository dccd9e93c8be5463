using System.Text.Json.Serialization;

namespace XenLoop.Interceptor.Status;

/// <summary>Source-generated JSON for the status report: no reflection in the static binary.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(StatusReport[]))]
internal sealed partial class StatusJsonContext : JsonSerializerContext;
