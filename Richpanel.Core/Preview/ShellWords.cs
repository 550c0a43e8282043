using System.Text;

namespace Richpanel.Core.Preview;

/// <summary>Splits a command as a POSIX shell does: quotes, <c>$'…'</c>, backslashes, lines that go on. Pure; runs nothing.</summary>
internal static class ShellWords
{
    public static IReadOnlyList<string> Of(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isOpen = false;
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            if (char.IsWhiteSpace(c))
            {
                if (isOpen)
                {
                    words.Add(word.ToString());
                    (isOpen, _) = (false, word.Clear());
                }

                continue;
            }

            if (c is '\\' or '^' && i + 1 < command.Length && command[i + 1] is '\n' or '\r')
            {
                i += command[i + 1] == '\r' && i + 2 < command.Length && command[i + 2] == '\n' ? 2 : 1;   // the command goes on in the next line
                continue;
            }

            isOpen = true;
            i = c switch
            {
                '\'' => Single(command, i + 1, word),
                '"' => Double(command, i + 1, word),
                '$' when i + 1 < command.Length && command[i + 1] == '\'' => Ansi(command, i + 2, word),
                '\\' when i + 1 < command.Length => Keep(word, command[i + 1], i + 1),
                _ => Keep(word, c, i),
            };
        }

        if (isOpen)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    private static int Keep(StringBuilder word, char c, int at)
    {
        word.Append(c);
        return at;
    }

    private static int Single(string command, int i, StringBuilder word)
    {
        for (; i < command.Length && command[i] != '\''; i++)
        {
            word.Append(command[i]);
        }

        return i;
    }

    private static int Double(string command, int i, StringBuilder word)
    {
        for (; i < command.Length && command[i] != '"'; i++)
        {
            if (command[i] == '\\' && i + 1 < command.Length && command[i + 1] is '"' or '\\' or '$' or '`' or '\n')
            {
                i++;
                if (command[i] == '\n')
                {
                    continue;
                }
            }

            word.Append(command[i]);
        }

        return i;
    }

    private static int Ansi(string command, int i, StringBuilder word)
    {
        for (; i < command.Length && command[i] != '\''; i++)
        {
            if (command[i] != '\\' || i + 1 >= command.Length)
            {
                word.Append(command[i]);
                continue;
            }

            i++;
            if (command[i] == 'u' && i + 4 < command.Length && ushort.TryParse(command.AsSpan(i + 1, 4), System.Globalization.NumberStyles.HexNumber, null, out var unit))
            {
                word.Append((char)unit);
                i += 4;
                continue;
            }

            word.Append(command[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
        }

        return i;
    }
}
