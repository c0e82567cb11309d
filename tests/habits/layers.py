#!/usr/bin/env python3
"""Who may include whom: the sideways rule and the library rooms, which the compiler cannot see.

    layers.py ROOT    prints each breach as file:line and ends with 1 if there is one
"""
import os
import re
import sys

# One library, one room: a header may be included only below these folders.
ROOMS = {
    r"uv\.h": ["src/loop/"],
    r"sqlite3\.h": ["src/edge/store/"],
    r"microhttpd\.h": ["src/edge/web/"],
    r"curl/.*": ["src/edge/social/"],
    r"libusb.*": ["drivers/wires/usb"],
    r"libserialport\.h": ["drivers/wires/serial"],
    r"libevdev/.*|linux/input.*": ["drivers/wires/evdev", "drivers/scanners/keyboard"],
    r"linux/hidraw\.h": ["drivers/wires/hidraw"],
    r"xkbcommon/.*": ["drivers/scanners/keyboard"],
    r"(pango|cairo|fontconfig|glib|ft2build|freetype|qrencode|png).*": ["src/pure/slip/", "firmware-host/"],
    r"iconv\.h|unicode/.*": ["src/pure/escpos/", "src/pure/receipt/", "src/pure/slip/", "drivers/printers/", "firmware-host/"],
    r"cjson/.*": ["src/pure/event/", "src/pure/json/", "src/pure/receipt/", "src/edge/web/", "src/edge/store/", "src/cli/",
                  "drivers/platforms/", "src/shop/", "include/pure/json.h"],
    r"ini\.h": ["src/base/"],
}
# Which layers of doors each folder may see; the longest matching folder counts.
SEES = {
    "src/base/": {"base"}, "include/base/": {"base"},
    "src/pure/": {"base", "pure"}, "include/pure/": {"base", "pure"},
    "src/loop/": {"base", "pure", "loop"}, "include/loop/": {"base", "pure", "loop"},
    "src/edge/": {"base", "pure", "loop", "edge", "driver"}, "include/edge/": {"base", "pure", "loop", "edge", "driver"},
    "drivers/": {"base", "pure", "driver"}, "drivers/wires/": {"base", "pure", "loop", "driver"},
    "include/driver/": {"base", "pure", "driver"},
    "src/shop/": {"base", "pure", "loop", "edge", "driver", "shop"}, "include/shop/": {"base", "pure", "loop", "edge", "driver", "shop"},
    "src/service/": {"base", "pure", "loop", "edge", "driver", "shop"}, "src/tap/": {"base", "pure", "loop", "edge", "driver"},
    "src/cli/": {"base", "pure", "loop", "edge"}, "firmware-host/": {"base", "loop"},
}
LAYERS = {"base", "pure", "loop", "edge", "driver", "shop"}
# Rooms beside one another do not see into each other: a quoted include stays inside its own folder.
BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|alloca|system|usleep|sleep|getaddrinfo|gethostbyname)\s*\(")
TIME = re.compile(r"(?<![\w.>])(time|gettimeofday|clock_gettime)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.S)


def files(root):
    for top in ("include", "src", "drivers", "firmware-host"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def longest(table, path):
    return max((p for p in table if path.startswith(p)), key=len, default=None)


def include_breaches(root, path, lines):
    allowed = SEES.get(longest(SEES, path), set())
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        name = found.group(2)
        layer = name.split("/")[0]
        if found.group(1) == '"' and layer in LAYERS:
            if layer not in allowed:
                yield number, f"may not see {layer}/ (includes {name})"
            continue
        if found.group(1) == '"' and not os.path.exists(os.path.join(root, os.path.dirname(path), name)):
            if not (path.startswith("firmware-host/") and name.startswith("firmware-host/")):
                yield number, f"includes {name}, which is not a door and not in its own folder"
        if found.group(1) == '"' and ".." in name:
            yield number, f"reaches sideways for {name}"
        for header, rooms in ROOMS.items():
            if re.fullmatch(header, name) and not any(path.startswith(r) for r in rooms):
                yield number, f"{name} belongs only in {', '.join(rooms)}"


def call_breaches(path, text):
    bare = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    for pattern, why in ((BANNED, "the house does without"), (TIME, "time comes from loop/clock.c only:")):
        if pattern is TIME and (path == "src/loop/clock.c"):
            continue
        for found in pattern.finditer(bare):
            yield bare.count("\n", 0, found.start()) + 1, f"{why} {found.group(1)}()"


def main():
    root = sys.argv[1]
    count = 0
    seen = 0
    for path in files(root):
        seen += 1
        with open(os.path.join(root, path), encoding="utf-8") as f:
            text = f.read()
        lines = text.splitlines()
        for number, why in [*include_breaches(root, path, lines), *call_breaches(path, text)]:
            print(f"{path}:{number}: {why}")
            count += 1
        if len(lines) > 500:
            print(f"{path}: {len(lines)} lines; one idea per file, under 500")
            count += 1
    print(f"{seen} files, {count} breaches")
    return 1 if count or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
