# shellcheck shell=bash
# Our own test programs: static, so that they run in any image.

compile_tools() {
    local source system=(-isystem "$ROOT/usr/include" -L "$ROOT/usr/lib/x86_64-linux-gnu") libraries
    rm -rf "$TOOLS"
    mkdir -p "$TOOLS"
    for source in "$HERE"/tools/*.c; do
        libraries=()
        [[ $source != */vchan.c ]] || libraries=("${system[@]}" -lxenvchan -lxenstore -lxengnttab -lxenevtchn -lxentoollog -lxentoolcore)
        "${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$TOOLS/$(basename "${source%.c}")" "$source" "${libraries[@]}"
    done
}
