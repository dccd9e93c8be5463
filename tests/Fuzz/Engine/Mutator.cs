using System.Buffers.Binary;

namespace XenLoop.Fuzz.Engine;

/// <summary>Makes new inputs of old ones: several small changes at random places at once, as AFL's "havoc" stage does.</summary>
internal sealed class Mutator(Random random, byte[][] tokens, int longest)
{
    private static readonly long[] Interesting =
        [0, 1, 3, 4, 7, 8, 15, 16, 20, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 1023, 1024, 2047, 4095, 4096, 4097, 32767, 32768, 65528, 65535, 65536, 0x10040, int.MaxValue, 1L << 31, uint.MaxValue - 7, uint.MaxValue, long.MaxValue, -1];

    private readonly byte[] _work = new byte[longest];
    private int _length;

    /// <summary>A changed copy of <paramref name="input"/>, perhaps with parts of <paramref name="other"/>.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        _length = Math.Min(input.Length, longest);
        input.AsSpan(0, _length).CopyTo(_work);
        for (int changes = 1 << random.Next(5); changes > 0; changes--)
        {
            Change(other);
        }

        return _work[.._length];
    }

    private void Change(byte[] other)
    {
        if (_length == 0)
        {
            Insert(0, Token());
            return;
        }

        int place = random.Next(_length);
        switch (random.Next(12))
        {
            case 0 or 1:
                _work[place] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                _work[place] = (byte)random.Next(256);
                break;
            case 3:
                _work[place] += (byte)random.Next(-16, 17);
                break;
            case 4 or 5:
                WriteNumber(place);
                break;
            case 6:
                Remove(place, random.Next(1, Math.Min(_length - place, 64) + 1));
                break;
            case 7:
                // A part of itself once more.
                int start = random.Next(_length);
                Insert(place, _work.AsSpan(start, random.Next(1, Math.Min(_length - start, 64) + 1)).ToArray());
                break;
            case 8:
                byte[] token = Token();
                if (token.Length <= _length - place)
                {
                    token.CopyTo(_work, place);
                }

                break;
            case 9:
                Insert(place, Token());
                break;
            case 10 when other.Length > 0:
                int from = random.Next(other.Length);
                Insert(place, other.AsSpan(from, random.Next(1, Math.Min(other.Length - from, 128) + 1)).ToArray());
                break;
            case 11 when other.Length > 0:
                // The other's tail in place of its own.
                int cut = random.Next(other.Length);
                _length = place;
                Insert(place, other.AsSpan(cut));
                break;
        }
    }

    private byte[] Token()
    {
        if (tokens.Length > 0 && random.Next(8) > 0)
        {
            return tokens[random.Next(tokens.Length)];
        }

        byte[] noise = new byte[random.Next(1, 9)];
        random.NextBytes(noise);
        return noise;
    }

    private void WriteNumber(int place)
    {
        Span<byte> rest = _work.AsSpan(place, _length - place);
        int width = 1 << random.Next(4);
        if (rest.Length < width)
        {
            return;
        }

        Span<byte> number = stackalloc byte[sizeof(long)];
        rest[..width].CopyTo(number);
        long old = BinaryPrimitives.ReadInt64LittleEndian(number);
        long value = random.Next(3) == 0 ? old + random.Next(-16, 17) : Interesting[random.Next(Interesting.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        if (random.Next(2) == 0)
        {
            number[..width].Reverse();
        }

        number[..width].CopyTo(rest);
    }

    private void Remove(int place, int count)
    {
        _work.AsSpan(place + count, _length - place - count).CopyTo(_work.AsSpan(place));
        _length -= count;
    }

    private void Insert(int place, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, longest - _length)];
        _work.AsSpan(place, _length - place).CopyTo(_work.AsSpan(place + bytes.Length));
        bytes.CopyTo(_work.AsSpan(place));
        _length += bytes.Length;
    }
}
