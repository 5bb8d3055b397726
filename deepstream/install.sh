#!/bin/sh
# Puts libByteTracker.so and its configuration where DeepStream pipelines can name them, and takes
# them away again. Comes in the tarball, the Debian package and the wheel alike.
set -eu
umask 022 # pipelines run as other users than root

files="libByteTracker.so install.sh LICENSE THIRD_PARTY_LICENSES"
config=config_tracker_ByteTrack.yml
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=/usr/local
[ ! -e "$here/.installed" ] || prefix=${here%/lib/streamtrack} # the installed copy knows its own
action=install

fail() {
    echo "install.sh: error: $1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
    --prefix)
        [ $# -gt 1 ] || fail "--prefix must be followed by a folder, got nothing"
        prefix=$2
        shift
        ;;
    --uninstall) action=uninstall ;;
    -h | --help)
        echo "usage: install.sh [--prefix DIR] [--uninstall]"
        echo "DIR/lib/streamtrack gets libByteTracker.so and $config; DIR is $prefix if left out."
        exit 0
        ;;
    *) fail "the option must be --prefix DIR or --uninstall, got $1" ;;
    esac
    shift
done
case $prefix in
/*) ;;
*) fail "the prefix must be an absolute path, got $prefix" ;;
esac

prefix=${prefix%/}
final=$prefix/lib/streamtrack
folder=${DESTDIR:-}$final   # packages are built under DESTDIR
manifest=$folder/.installed # a line for each file: its sum, size and name

# Where a file lies: the wheel has all in one folder, the tarball the library in lib.
origin_of() {
    for path in "$here/$1" "$here/lib/$1"; do
        [ ! -e "$path" ] || echo "$path"
    done
}

line_of() { echo "$(cksum <"$1" 2>/dev/null) ${1##*/}"; }

# Whether what lies there is none that an installation left: put there by others, or changed.
is_foreign() {
    { [ -e "$folder/$1" ] || [ -L "$folder/$1" ]; } &&
        ! grep -qxF "$(line_of "$folder/$1")" "$manifest" 2>/dev/null
}

# The same, but what an installation that was broken off has left is no loss.
is_another() {
    is_foreign "$1" && [ "$(line_of "$folder/$1")" != "$(line_of "$(origin_of "$1")")" ]
}

# A running pipeline has the old library mapped: it keeps that file, and the name gets the new one.
place() {
    reason=$({ cp "$1" "$2.new" && chmod "$3" "$2.new" && mv "$2.new" "$2"; } 2>&1) || {
        rm -f "$2.new"
        fail "$2 cannot be written: $reason"
    }
}

# The 18th byte of an ELF file says for which processor it is.
check_processor() {
    case $(od -An -tx1 -j18 -N1 "$(origin_of libByteTracker.so)" | tr -d ' ') in
    3e) built_for=x86_64 ;;
    b7) built_for=aarch64 ;;
    *) fail "libByteTracker.so must be for x86_64 or aarch64; the file is damaged" ;;
    esac
    [ "$built_for" = "$(uname -m)" ] ||
        fail "the library is for $built_for, this machine is $(uname -m); get the other archive"
}

install_all() {
    for name in $files $config; do
        [ -n "$(origin_of "$name")" ] || fail "$name must lie beside install.sh or in lib/"
    done
    [ "$here" != "$folder" ] || fail "this copy is installed already; run the archive's, or --uninstall"
    [ -n "${DESTDIR:-}" ] || check_processor
    for name in $files; do
        ! is_another "$name" ||
            fail "$final/$name was not put there by install.sh, or was changed; move it away first"
    done
    mkdir -p "$folder" 2>/dev/null || fail "$folder cannot be made; use sudo, or another --prefix"
    [ -w "$folder" ] || fail "$folder cannot be written; use sudo, or another --prefix"
    left=$config.default
    is_another "$config" || left=$config
    of_config=$(grep " $config\$" "$manifest" 2>/dev/null || true)
    for name in $files; do
        mode=644
        [ "$name" != install.sh ] || mode=755
        place "$(origin_of "$name")" "$folder/$name" $mode
    done
    place "$(origin_of "$config")" "$folder/$left" 644
    [ "$left" != "$config" ] || of_config=$(line_of "$folder/$config")
    {
        for name in $files; do
            line_of "$folder/$name"
        done
        echo "$of_config"
    } >"$manifest"
    [ "$left" = "$config" ] || echo "kept your $final/$config; the new default is $left"
    echo "installed. In the pipeline's [tracker] section:"
    echo "ll-lib-file=$final/libByteTracker.so"
    echo "ll-config-file=$final/$config"
}

uninstall_all() {
    [ -e "$manifest" ] || fail "there is no installation in $final; name its --prefix"
    [ -w "$folder" ] || fail "$folder cannot be written; use sudo"
    for name in $files $config; do
        if is_foreign "$name"; then
            echo "kept your $final/$name"
        else
            rm -f "$folder/$name"
        fi
    done
    rm -f "$folder/$config.default" "$manifest"
    rmdir "$folder" 2>/dev/null || true
    echo "uninstalled from $final"
}

"${action}_all"
