using System.Text;

namespace Richpanel.Core.Deliveries.Query;

/// <summary>Reads the text of a query from left to right; what it cannot read becomes a fault with its place, and the rest still counts.</summary>
internal sealed class LogParser(string text)
{
    private readonly List<LogTerm> _terms = [];
    private readonly List<LogFault> _faults = [];
    private int _at;

    public LogReading Read()
    {
        if (text.Length > LogQuery.MostCharacters)
        {
            return new LogReading(LogQuery.All, [new LogFault(LogQuery.MostCharacters, text.Length - LogQuery.MostCharacters, $"The query is longer than {LogQuery.MostCharacters} characters.", "Shorten it.")]);
        }

        while (SkipBlanks())
        {
            var start = _at;
            if (ReadTerm() is { } term && !_terms.Contains(term))
            {
                if (_terms.Count == LogQuery.MostTerms)
                {
                    _faults.Add(new LogFault(start, text.Length - start, $"More than {LogQuery.MostTerms} terms are not read.", "Leave some out, or join values of one key with commas."));
                    break;
                }

                _terms.Add(term);
            }
        }

        return new LogReading(new LogQuery(_terms), _faults);
    }

    private bool SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        return _at < text.Length;
    }

    private LogTerm? ReadTerm()
    {
        var start = _at;
        var isOff = Take('~');
        var isNot = Take('-');
        isOff |= Take('~');
        if (_at == text.Length || char.IsWhiteSpace(text[_at]))
        {
            Fault(start, "A sign stands alone here.", "Put it right before a term, as in -origin:lab, or leave it out.");
            return null;
        }

        var term = text[_at] == '"' ? Words(start, ReadQuoted()) : ReadKeyOrWord(start);
        return term is null ? null : term with { IsNot = isNot, IsOff = isOff };
    }

    private LogTerm? ReadKeyOrWord(int start)
    {
        var wordStart = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (':' or '"'))
        {
            _at++;
        }

        var word = text[wordStart.._at];
        if (_at < text.Length && text[_at] == ':')
        {
            _at++;
            return ReadValues(start, wordStart, word);
        }

        if (_at < text.Length && text[_at] == '"')
        {
            ReadRest();
            Fault(wordStart, "A quotation mark stands inside a word.", "Put the whole text in quotes, and write a mark in it as \\\".");
            return null;
        }

        return Words(start, word);
    }

    private LogTerm? Words(int start, string? words)
    {
        if (words is null)
        {
            return null;
        }

        if (words.Trim().Length < 2)
        {
            Fault(start, "A search in the bodies needs at least two characters.", "Type more of the text.");
            return null;
        }

        return new LogTerm(LogKey.Text, [new LogValue(words)]);
    }

    private LogTerm? ReadValues(int start, int wordStart, string word)
    {
        var key = LogKeys.Find(word);
        var places = new List<(LogValue Value, int Start, int End)>();
        var isWhole = true;
        do
        {
            var valueStart = _at;
            var value = _at < text.Length && text[_at] == '"' ? ReadQuotedValue() : ReadBare();
            isWhole &= value is not null;
            if (value is { } read)
            {
                places.Add((read, valueStart, _at));
            }
        }
        while (Take(','));

        if (key is null)
        {
            Fault(wordStart, word.Length == 0 ? "A colon stands without a key." : $"There is no key '{word}'.",
                $"Use one of {string.Join(", ", LogKeys.All.Select(one => one.Word))}; to search bodies for this text, put it in quotes.");
            return null;
        }

        if (!isWhole)
        {
            return null;
        }

        if (places.Count > LogQuery.MostValues)
        {
            Fault(start, $"One term has more than {LogQuery.MostValues} values.", "Leave some out.");
            return null;
        }

        var values = new List<LogValue>();
        foreach (var (value, from, to) in places)
        {
            if (LogValues.Read(key, value) is not { } good)
            {
                var (what, remedy) = LogValues.FaultOf(key, value);
                _faults.Add(new LogFault(from, Math.Max(to - from, 0), what, remedy));
                return null;
            }

            if (!values.Contains(good))
            {
                values.Add(good);
            }
        }

        if (key.Key is LogKey.Since or LogKey.Until && (values.Count > 1 || text.AsSpan(start, wordStart - start).Contains('-')))
        {
            Fault(start, $"{key.Word} takes one time and no minus.", $"To leave a span out, ask for what is before it with until or after it with since.");
            return null;
        }

        return new LogTerm(key.Key, values);
    }

    private LogValue? ReadQuotedValue() => ReadQuoted() is { } words ? new LogValue(words, Take('*')) : null;

    private LogValue? ReadBare()
    {
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (',' or '"'))
        {
            _at++;
        }

        if (_at < text.Length && text[_at] == '"')
        {
            ReadRest();
            Fault(start, "A quotation mark stands inside a value.", "Put the whole value in quotes, and write a mark in it as \\\".");
            return null;
        }

        var bare = text[start.._at];
        return bare.EndsWith('*') ? new LogValue(bare[..^1], true) : new LogValue(bare);
    }

    /// <summary>From its first mark to behind its last; null, with a fault, when it does not end or something sticks to its end.</summary>
    private string? ReadQuoted()
    {
        var start = _at++;
        var words = new StringBuilder();
        while (_at < text.Length && text[_at] != '"')
        {
            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '"' or '\\')
            {
                _at++;
            }

            words.Append(text[_at++]);
        }

        if (_at == text.Length)
        {
            Fault(start, "The closing quotation mark is missing.", "Type \" where the text ends.");
            return null;
        }

        _at++;
        if (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (',' or '*'))
        {
            ReadRest();
            Fault(start, "Something follows right after the closing quotation mark.", "Put a blank after it, or write a mark inside the text as \\\".");
            return null;
        }

        return words.ToString();
    }

    private void ReadRest()
    {
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    private bool Take(char sign)
    {
        if (_at < text.Length && text[_at] == sign)
        {
            _at++;
            return true;
        }

        return false;
    }

    /// <summary>From there to here.</summary>
    private void Fault(int start, string what, string remedy) => _faults.Add(new LogFault(start, Math.Max(1, _at - start), what, remedy));
}
