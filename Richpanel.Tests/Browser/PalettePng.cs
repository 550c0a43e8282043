using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Richpanel.Tests.Browser;

/// <summary>
/// Makes the browser's pictures small: at most 256 colours, which a console of greys hardly misses, for a third of the bytes. Reads
/// what Chromium writes (8 bits, RGB or RGBA, not interlaced).
/// </summary>
internal static class PalettePng
{
    private static readonly byte[] s_signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static byte[] Of(byte[] png)
    {
        var (width, height, pixels) = Read(png);
        var colours = Colours(pixels);
        var nearest = new Dictionary<int, byte>(colours.Count);
        for (var i = 0; i < colours.Count; i++)
        {
            nearest[colours[i]] = (byte)i;
        }

        using var rows = new MemoryStream();
        using (var packed = new ZLibStream(rows, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                packed.WriteByte(0);
                for (var x = 0; x < width; x++)
                {
                    var colour = pixels[(y * width) + x];
                    if (!nearest.TryGetValue(colour, out var index))
                    {
                        nearest[colour] = index = Nearest(colours, colour);
                    }

                    packed.WriteByte(index);
                }
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3);   // 8 bits, a palette
        using var file = new MemoryStream();
        file.Write(s_signature);
        Write(file, "IHDR", header);
        Write(file, "PLTE", [.. colours.SelectMany(colour => new[] { (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour })]);
        Write(file, "IDAT", rows.ToArray());
        Write(file, "IEND", []);
        return file.ToArray();
    }

    internal static (int Width, int Height, int[] Pixels) Read(byte[] png)
    {
        var (width, height, channels) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), png[25] == 6 ? 4 : 3);
        if (png[24] != 8 || png[25] is not (2 or 6) || png[28] != 0)
        {
            throw new InvalidDataException("Only PNG of 8 bits, RGB or RGBA, not interlaced.");
        }

        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(png, at + 8, length);
            }

            at += length + 12;
        }

        packed.Position = 0;
        using var rows = new ZLibStream(packed, CompressionMode.Decompress);
        var (line, before) = (new byte[width * channels], new byte[width * channels]);
        var pixels = new int[width * height];
        for (var y = 0; y < height; y++)
        {
            var filter = rows.ReadByte();
            rows.ReadExactly(line);
            for (var i = 0; i < line.Length; i++)
            {
                var (left, up, corner) = (i >= channels ? line[i - channels] : 0, before[i], i >= channels ? before[i - channels] : 0);
                line[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
            }

            for (var x = 0; x < width; x++)
            {
                pixels[(y * width) + x] = (line[x * channels] << 16) | (line[(x * channels) + 1] << 8) | line[(x * channels) + 2];
            }

            (line, before) = (before, line);
        }

        return (width, height, pixels);
    }

    /// <summary>The commonest ones; a rare one that is far from all of them comes in for the rarest.</summary>
    private static List<int> Colours(int[] pixels)
    {
        var counted = new Dictionary<int, int>();
        foreach (var pixel in pixels)
        {
            counted[pixel] = counted.GetValueOrDefault(pixel) + 1;
        }

        var all = counted.OrderByDescending(one => one.Value).ThenBy(one => one.Key).Select(one => one.Key).ToList();
        if (all.Count <= 256)
        {
            return all;
        }

        var chosen = all[..192];
        foreach (var colour in all.Skip(192))
        {
            if (chosen.Count < 256 && Distance(chosen[Nearest(chosen, colour)], colour) > 400)
            {
                chosen.Add(colour);
            }
        }

        return chosen;
    }

    private static byte Nearest(List<int> colours, int colour)
    {
        var (best, least) = (0, int.MaxValue);
        for (var i = 0; i < colours.Count && least > 0; i++)
        {
            var distance = Distance(colours[i], colour);
            (best, least) = distance < least ? (i, distance) : (best, least);
        }

        return (byte)best;
    }

    private static int Distance(int a, int b)
    {
        var (red, green, blue) = ((a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255));
        return (red * red * 2) + (green * green * 4) + (blue * blue * 3);
    }

    private static int Paeth(int left, int up, int corner)
    {
        var (a, b, c) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - (2 * corner)));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    private static void Write(Stream file, string name, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] part = [.. Encoding.ASCII.GetBytes(name), .. data];
        file.Write(part);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(part));
        file.Write(number);
    }
}
