#!/bin/bash
# Layout is clang-format's business.    format.sh ROOT
cd "$1" || exit 1
mapfile -t files < <(find src drivers firmware-host tests include -name '*.[ch]' -not -path '*/node_modules/*' -not -path 'include/*')
clang-format --dry-run -Werror "${files[@]}" && echo "${#files[@]} files are as clang-format wants them"
