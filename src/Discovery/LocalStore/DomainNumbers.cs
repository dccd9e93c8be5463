using System.Globalization;
using Microsoft.Extensions.Logging;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Hands out domain numbers as Xen does, ever upwards, and remembers across a restart of the host where it was: a number
/// whose guest is still alive and about to come back must not go to somebody else meanwhile.
/// </summary>
/// <param name="file">Holds the next number; if it is lost, a number may go to somebody else while its guest is away.</param>
/// <param name="log">The log, for people.</param>
internal sealed partial class DomainNumbers(string file, ILogger log)
{
    private ushort _next = Load(file);
    private bool _isForgetful;

    /// <summary>Hands out the next domain number. One caller at a time.</summary>
    public DomainId Next()
    {
        DomainId domain = new(_next);
        Advance(domain);
        return domain;
    }

    /// <summary>Takes note that a guest got the number that it wished for: the next ones come after it.</summary>
    public void Advance(DomainId taken)
    {
        if (taken.Value < _next)
        {
            return;
        }

        _next = taken.Value + 1 < DomainId.FirstReserved ? (ushort)(taken.Value + 1) : (ushort)1;
        try
        {
            File.WriteAllText(file, _next.ToString(CultureInfo.InvariantCulture));
            _isForgetful = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A full disk must not keep guests out.
            if (!_isForgetful)
            {
                _isForgetful = true;
                LogForgetful(log, FailureText.Of(failure));
            }
        }
    }

    private static ushort Load(string file)
    {
        try
        {
            return DomainId.TryParse(File.ReadAllText(file).AsSpan().Trim(), out DomainId next) && next.Value != 0 ? next.Value : (ushort)1;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return 1;
        }
    }

    [LoggerMessage(EventId = 105, Level = LogLevel.Warning, Message = "The next domain number cannot be written down: {Why}. After a restart of this host a number may be given twice.")]
    private static partial void LogForgetful(ILogger log, string why);
}
