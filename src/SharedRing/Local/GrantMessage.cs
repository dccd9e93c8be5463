using System.Runtime.InteropServices;

namespace XenLoop.SharedRing.Local;

/// <summary>Every message between a domain and the grant broker, both ways: 24 bytes, one SEQPACKET record, host byte order.</summary>
/// <remarks>
/// <code>
///  +0  magic      uint32  "XLGB"
///  +4  version    uint16
///  +6  request    uint16  GrantRequest; an answer repeats it
///  +8  status     uint16  GrantStatus in an answer; 0 in a request
/// +10  reserved   uint16  0
/// +12  domain     uint32  Hello: who asks; Grant: who may map; Map: who granted; otherwise 0
/// +16  reference  uint32  Map, Revoke, and the answer to Grant; otherwise 0
/// +20  reserved   uint32  0
/// </code>
/// A Grant and the answer to a Map carry <see cref="GrantedDescriptors.Count"/> descriptors; nothing else carries any.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct GrantMessage
{
    public const int Bytes = 24;
    public const uint ExpectedMagic = 0x4247_4C58;
    public const ushort ExpectedVersion = 1;

    [FieldOffset(0)]
    public uint Magic;

    [FieldOffset(4)]
    public ushort Version;

    [FieldOffset(6)]
    public GrantRequest Request;

    [FieldOffset(8)]
    public GrantStatus Status;

    [FieldOffset(10)]
    public ushort Reserved0;

    [FieldOffset(12)]
    public uint Domain;

    [FieldOffset(16)]
    public uint Reference;

    [FieldOffset(20)]
    public uint Reserved1;

    /// <summary>Makes a message of this version.</summary>
    public GrantMessage(GrantRequest request, uint domain = 0, uint reference = 0, GrantStatus status = GrantStatus.Done)
    {
        Magic = ExpectedMagic;
        Version = ExpectedVersion;
        Request = request;
        Status = status;
        Domain = domain;
        Reference = reference;
    }

    /// <summary>True if magic, version and the reserved fields are as they must be, and the domain can be one.</summary>
    public readonly bool IsWellFormed =>
        Magic == ExpectedMagic && Version == ExpectedVersion && Reserved0 == 0 && Reserved1 == 0 && Domain < DomainId.FirstReserved;

    /// <summary>The message's domain; meaningful if <see cref="IsWellFormed"/>.</summary>
    public readonly DomainId DomainId => new((ushort)Domain);
}
