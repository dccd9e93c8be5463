# shellcheck shell=bash
# Our own test programs: static, so that they run in any image.

compile_tools() {
    local source
    rm -rf "$TOOLS"
    mkdir -p "$TOOLS"
    for source in "$HERE"/tools/*.c; do
        "${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$TOOLS/$(basename "${source%.c}")" "$source"
    done
}
