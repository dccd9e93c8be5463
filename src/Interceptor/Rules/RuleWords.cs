using System.Text;

namespace XenLoop.Interceptor.Rules;

/// <summary>The words of a line that iptables-save or nft has printed.</summary>
internal static class RuleWords
{
    /// <summary>Splits at blanks outside of double quotes; a backslash in quotes keeps what follows (xtables_save_string in iptables).</summary>
    public static List<string> Split(string line)
    {
        List<string> words = [];
        var word = new StringBuilder();
        bool quoted = false;
        bool started = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"')
            {
                quoted = !quoted;
                started = true;
            }
            else if (!quoted && c is (' ' or '\t'))
            {
                if (started)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                started = false;
            }
            else
            {
                i += c == '\\' && quoted && i + 1 < line.Length ? 1 : 0;
                word.Append(line[i]);
                started = true;
            }
        }

        if (started)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
