# shellcheck shell=bash
# Builds a root file system as a folder, from the unpacked packages, and packs it. TREE is the folder, BELOW
# the one that it lies over, if it is a layer.

# new_tree DIRECTORY: an empty root file system with busybox.
new_tree() {
    TREE=$1
    BELOW=$TREE
    rm -rf "$TREE"
    mkdir -p "$TREE"/{bin,sbin,dev,proc,sys,tmp,run,etc,mnt,root,lib64} \
        "$TREE"/var/{log,lib,lock} "$TREE"/usr/{bin,sbin,lib/x86_64-linux-gnu}
    ln -s usr/lib "$TREE/lib"
    ln -s ../run "$TREE/var/run"

    cp "$ROOT/bin/busybox" "$TREE/bin/busybox"
    local applet
    for applet in $("$ROOT/bin/busybox" --list); do
        case $applet in
            # Debian's busybox shell runs its own ip, tc and ping before it looks at $PATH, so the shell must be another one.
            busybox | sh | ash | ip | tc | ping) ;;
            *) ln -s busybox "$TREE/bin/$applet" ;;
        esac
    done
    add_programs /bin/dash
    ln -s dash "$TREE/bin/sh"

    # The kernel calls exactly this path to load a module that it lacks.
    ln -s ../bin/busybox "$TREE/sbin/modprobe"

    cat >"$TREE/etc/passwd" <<'TEXT'
root:x:0:0:root:/root:/bin/sh
tcpdump:x:100:100::/:/bin/sh
TEXT
    printf 'root:x:0:\ntcpdump:x:100:\n' >"$TREE/etc/group"
    printf '127.0.0.1 localhost\n' >"$TREE/etc/hosts"
}

# new_layer DIRECTORY: an empty tree for what the guest's lacks.
new_layer() {
    TREE=$1
    BELOW=$WORK/guest
    rm -rf "$TREE"
    mkdir -p "$TREE"/{sbin,etc,lib64,var} "$TREE"/usr/{bin,sbin,lib/x86_64-linux-gnu}
    ln -s usr/lib "$TREE/lib"
}

# add_programs PATH...: copies programs and the shared libraries that they need.
add_programs() {
    local path
    for path in "$@"; do
        [[ -e $ROOT$path ]] || fail "no package brought $path"
        mkdir -p "$TREE${path%/*}"
        strip -o "$TREE$path" "$ROOT$path"
        add_libraries_of "$TREE$path"
    done
}

# Follows an ELF file's NEEDED entries, and theirs. Nothing is run (as ldd would), and nothing of this machine gets in.
add_libraries_of() {
    local library found source
    while read -r library; do
        case $library in
            ld-linux*) found=$TREE/lib64/$library ;;
            *) found=$TREE/usr/lib/x86_64-linux-gnu/$library ;;
        esac
        [[ ! -e $found && ! -e $BELOW/${found#"$TREE"} ]] || continue
        source=$(library_path "$library")
        cp -L "$source" "$found"
        add_libraries_of "$found"
    done < <(readelf -d "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    [[ $BELOW != "$TREE" || -e $TREE/lib64/ld-linux-x86-64.so.2 ]] || cp -L "$(library_path ld-linux-x86-64.so.2)" "$TREE/lib64/"
}

library_path() {
    local directory
    for directory in "$ROOT"/lib/x86_64-linux-gnu "$ROOT"/usr/lib/x86_64-linux-gnu "$ROOT"/usr/lib/x86_64-linux-gnu/systemd "$ROOT"/lib64; do
        [[ ! -e $directory/$1 ]] || { printf '%s\n' "$directory/$1"; return; }
    done
    fail "no package brought the library $1"
}

# add_modules NAME...: copies kernel modules and those that they depend on.
add_modules() {
    local version path paths
    version=$(kernel_version)
    mkdir -p "$TREE/lib/modules/$version"
    # A layer's lists of modules take the place of those below, so they have to name all.
    [[ $BELOW == "$TREE" ]] || cp -rl "$BELOW/usr/lib/modules" "$TREE/usr/lib/"
    paths=$(module_closure "$ROOT/lib/modules/$version" "$@")
    for path in $paths; do
        [[ ! -e $TREE/lib/modules/$version/$path ]] || continue
        mkdir -p "$TREE/lib/modules/$version/${path%/*}"
        # Without debugging data and signature, which the kernel would check on each load.
        strip -g -o "$TREE/lib/modules/$version/$path" "$ROOT/lib/modules/$version/$path"
    done
    rm -f "$TREE/lib/modules/$version"/modules.*
    cp "$ROOT/lib/modules/$version"/modules.{order,builtin} "$TREE/lib/modules/$version/"
    busybox depmod -b "$TREE" "$version"
    [[ $BELOW == "$TREE" ]] || find "$TREE/usr/lib/modules" -name '*.ko' -links +1 -delete
}

# module_closure DIRECTORY NAME...: their paths and those of all that they need. One that is built in needs no file; a name
# that this kernel lacks is an error.
module_closure() {
    local directory=$1
    shift
    awk -v wanted="$*" '
        function name_of(path) { sub(".*/", "", path); sub("\\.ko$", "", path); gsub("-", "_", path); return path }
        function add(name,    needed, count, i) {
            if (name in seen) return
            seen[name] = 1
            if (!(name in path)) { print "this kernel has no module " name > "/dev/stderr"; failed = 1; return }
            count = split(needs[name], needed, " ")
            for (i = 1; i <= count; i++) add(name_of(needed[i]))
            print path[name]
        }
        FILENAME ~ /builtin$/ { seen[name_of($1)] = 1; next }
        {
            file = $1; sub(":$", "", file); sub("^/?lib/modules/[^/]*/", "", file)
            $1 = ""
            path[name_of(file)] = file
            needs[name_of(file)] = $0
        }
        END {
            count = split(wanted, names, " ")
            for (i = 1; i <= count; i++) { gsub("-", "_", names[i]); add(names[i]) }
            exit failed
        }' "$directory/modules.builtin" "$directory/modules.dep" || fail "modules are missing"
}

# add_tools: our own programs.
add_tools() {
    cp "$TOOLS"/* "$TREE/bin/"
}

# pack_tree IMAGE
pack_tree() {
    mkdir -p "$IMAGES"
    (cd "$TREE" && find . | LC_ALL=C sort | cpio --create --format=newc --owner=0:0 --quiet) >"$IMAGES/$1.new"
    mv "$IMAGES/$1.new" "$IMAGES/$1"
}
