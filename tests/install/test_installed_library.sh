#!/bin/sh
# Installs the build into a fresh folder, builds a C++ program against it in two ways, and runs both.
# usage: test_installed_library.sh PROGRAM BUILD
set -u
build=$2
source=${LS_SOURCE_DIR:?}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "FAIL $1"
    [ -f "$folder/log" ] && tail -n 40 "$folder/log"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}

if ! [ -e /usr/include/gtest/gtest.h ]; then
    echo "SKIP installed_library: no GoogleTest"
    echo "0 passed, 0 failed, 1 skipped"
    exit 77
fi
cmake --install "$build" --prefix "$folder/root" >"$folder/log" 2>&1 || fail "installation"
configs=$(find "$folder/root" -name loopstressConfig.cmake)
pkgconfig=$(dirname "$(find "$folder/root" -name loopstress.pc)")
libraries=$(dirname "$pkgconfig")
[ -n "$configs" ] || fail "no CMake package was installed"

# As the build itself was made: there may be Ninja and no make.
CMAKE_GENERATOR=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$build/CMakeCache.txt")
export CMAKE_GENERATOR
PKG_CONFIG_PATH=$pkgconfig cmake -S "$source/tests/install" -B "$folder/user" -DCMAKE_PREFIX_PATH="$folder/root" \
    -DCMAKE_BUILD_TYPE=Release >"$folder/log" 2>&1 || fail "configuring the user's project"
cmake --build "$folder/user" >"$folder/log" 2>&1 || fail "building the user's project"

passed=0 failed=0
for program in by_package by_pkg_config; do
    LD_LIBRARY_PATH=$libraries "$folder/user/$program" >"$folder/out" 2>&1 || cat "$folder/out"
    counts=$(tail -n 1 "$folder/out" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, .*/\1 \2/p')
    [ -n "$counts" ] || fail "$program ended early"
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
done

# Manual and completions come with a program that the build could run.
for page in man/man1/loopstress.1 man/man1/loopstress-run.1 bash-completion/completions/loopstress \
    zsh/site-functions/_loopstress fish/vendor_completions.d/loopstress.fish; do
    [ -d "$build/share" ] || break
    if [ -s "$folder/root/share/$page" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL no $page"; fi
done

# The installed program stands by itself.
if "$folder/root/bin/loopstress" version >/dev/null; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
