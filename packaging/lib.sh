# What packaging/run and packaging/test share. Sourced, not run.

# install_missing KIND...: asks Debian for the packages of these kinds that are not here yet.
install_missing() {
    local wanted missing=() package sudo=()
    wanted=$(awk -v kinds=" $* " '!/^#/ && NF == 2 && index(kinds, " " $1 " ") { print $2 }' "$top/packaging/dependencies")
    local here
    here=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | awk '$1 == "installed" { print $2 }')
    for package in $wanted; do
        grep -qx -- "$package" <<<"$here" || missing+=("$package")
    done
    # A newer Node.js from elsewhere brings its own npm.
    if command -v npm >/dev/null && command -v node >/dev/null; then
        local kept=()
        for package in "${missing[@]}"; do
            case $package in nodejs | npm) ;; *) kept+=("$package") ;; esac
        done
        missing=("${kept[@]}")
    fi
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "Installing from Debian: ${missing[*]}"
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >"$top/build/apt.log" 2>&1 || {
        tail -n 20 "$top/build/apt.log" >&2
        echo "Debian's packages could not be installed; the whole story is in build/apt.log" >&2
        return 1
    }
}

# build PRESET [TARGET]: configures once, then builds what changed.
build() {
    [ -f "$top/build/$1/build.ninja" ] || cmake -S "$top" --preset "$1" >"$top/build/configure-$1.log" 2>&1 || {
        tail -n 30 "$top/build/configure-$1.log" >&2
        return 1
    }
    cmake --build "$top/build/$1" ${2:+--target "$2"} >"$top/build/build-$1.log" 2>&1 || {
        tail -n 60 "$top/build/build-$1.log" >&2
        return 1
    }
}
