# Values of one peer in the JSON of `xenloop status --json`, on a line: awk -v peer=NAME -v paths='.state .sent.packets' -f peer.awk. Nothing if there is no
# such peer. (jq takes half a second to start in the emulation.)

{ text = text $0 }

END {
    while (match(text, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:," \t]+/)) {
        token[++tokens] = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
    }
    next_token = 1
    read_value("")
    for (place in value) {
        if (place ~ /\.peers\.[0-9]+\.name$/ && value[place] == peer) {
            sub(/\.name$/, "", place)
            count = split(paths, path, " ")
            for (i = 1; i <= count; i++) line = line (i > 1 ? " " : "") value[place path[i]]
            print line
        }
    }
}

# Takes what follows, all of an object or array, into `value`, by places as ".peers.0.name".
function read_value(place,    opened, name, element) {
    opened = token[next_token++]
    if (opened != "{" && opened != "[") {
        value[place] = plain(opened)
        return
    }
    element = 0
    while (next_token <= tokens && token[next_token] != "}" && token[next_token] != "]") {
        if (token[next_token] == ",") next_token++
        name = element++
        if (opened == "{") {
            name = plain(token[next_token])
            next_token += 2
        }
        read_value(place "." name)
    }
    next_token++
}

function plain(text) { return text ~ /^"/ ? substr(text, 2, length(text) - 2) : text }
