using System.Text.Json.Serialization;

namespace XenLoop.Interceptor.Rules.Commands;

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RulesView[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class RulesJsonContext : JsonSerializerContext;
