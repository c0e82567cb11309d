#!/bin/sh
# api_examples.sh SERVER: checks the server of examples against the description that it takes them from.
set -eu
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'exec 3>&-; wait; rm -r "$folder"' EXIT
mkfifo "$folder/input"
"$1" <"$folder/input" >"$folder/output" &
exec 3>"$folder/input"
tries=0
until grep -q '^ready ' "$folder/output"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "the server of examples does not start"; exit 1; }
    sleep 0.1
done
status=0
python3 "$here/api_contract.py" --all "$(sed -n 's/^ready //p' "$folder/output")" || status=$?
exit "$status"
