using System.Text.Json.Serialization;

namespace Pfe.Server.Galleries;

/// <summary>What a job works on.</summary>
/// <param name="File">The uploaded file of an import, or that an export writes; a name in the folder of jobs.</param>
/// <param name="ModelId">The model of a re-embedding.</param>
/// <param name="LeaveMissing">Whether to switch even where images got no template.</param>
/// <param name="NewIds">Whether imported people get new ids.</param>
/// <param name="KeyId">Who asked, for the audit log.</param>
/// <param name="Node">The service that does it, where several share a store: the file is there; null in jobs of older versions.</param>
internal sealed record JobInput(string? File, string? ModelId, bool LeaveMissing, bool NewIds, string? KeyId, string? Node = null);

[JsonSerializable(typeof(JobInput))]
internal sealed partial class JobJson : JsonSerializerContext;
