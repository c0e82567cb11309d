#!/bin/bash
# Short functions without known traps, as .clang-tidy describes them.    tidy.sh ROOT BUILD
cd "$1" || exit 1
command -v clang-tidy > /dev/null || { echo "SKIP: clang-tidy is not installed"; exit 77; }
[[ -r $2/compile_commands.json ]] || { echo "SKIP: there is no $2/compile_commands.json"; exit 77; }
mapfile -t files < <(find src drivers firmware-host tests -name '*.c' -not -path '*/node_modules/*')
if found=$(printf '%s\n' "${files[@]}" | xargs -P2 -n8 clang-tidy -p "$2" --quiet 2>&1); then
    echo "${#files[@]} files are as clang-tidy wants them"
    exit 0
fi
grep -vE 'warnings? generated\.|^(Suppressed |Use -header-filter|$)' <<< "$found" | head -n 40
exit 1
