#!/bin/sh
# Puts libByteTracker.so and its configuration where DeepStream pipelines can name them, and takes
# them away again. Comes in the tarball, the Debian package and the wheel alike.
set -eu

files="libByteTracker.so install.sh LICENSE THIRD_PARTY_LICENSES"
config=config_tracker_ByteTrack.yml
here=$(cd "$(dirname "$0")" && pwd)
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

final=$prefix/lib/streamtrack
folder=${DESTDIR:-}$final # packages are built under DESTDIR
manifest=$folder/.installed

# Where a file lies: the wheel has all in one folder, the tarball the library in lib.
origin_of() {
    for path in "$here/$1" "$here/lib/$1"; do
        [ ! -e "$path" ] || echo "$path"
    done
}

sum_of() { cksum <"$1"; }

# Whether the user has changed the configuration that an earlier installation left.
config_is_changed() {
    [ -e "$folder/$config" ] && [ "$(sum_of "$folder/$config")" != "$(cat "$manifest" 2>/dev/null)" ]
}

# A running pipeline has the old library mapped: it keeps that file, and the name gets the new one.
place() {
    cp "$1" "$2.new"
    chmod "$3" "$2.new"
    mv "$2.new" "$2"
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
    mkdir -p "$folder" 2>/dev/null || fail "$folder cannot be made; use sudo, or another --prefix"
    [ -w "$folder" ] || fail "$folder cannot be written; use sudo, or another --prefix"
    for name in $files; do
        mode=644
        [ "$name" != install.sh ] || mode=755
        place "$(origin_of "$name")" "$folder/$name" $mode
    done
    if config_is_changed; then
        place "$(origin_of "$config")" "$folder/$config.default" 644
        echo "kept your $final/$config; the new default is $config.default"
    else
        place "$(origin_of "$config")" "$folder/$config" 644
        sum_of "$folder/$config" >"$manifest"
    fi
    echo "installed. In the pipeline's [tracker] section:"
    echo "ll-lib-file=$final/libByteTracker.so"
    echo "ll-config-file=$final/$config"
}

uninstall_all() {
    [ -e "$folder/libByteTracker.so" ] || fail "there is no installation in $final; name its --prefix"
    for name in $files "$config.default"; do
        rm -f "$folder/$name" || fail "$folder cannot be written; use sudo"
    done
    if config_is_changed; then
        echo "kept your $final/$config"
    else
        rm -f "$folder/$config"
    fi
    rm -f "$manifest"
    rmdir "$folder" 2>/dev/null || true
    echo "uninstalled from $final"
}

"${action}_all"
