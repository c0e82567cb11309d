#!/usr/bin/env python3
"""packaging/run, as on a machine without systemd: what is killed comes back, and a stop leaves nothing behind.

run.py TOP     the folder of the checkout; its release is built if it is not yet
"""
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = sys.argv[1]
BUILD_S = 300
PATIENCE_S = 15

CONFIG = """
[tap]
listen = unix:{0}/pos.socket
printer = unix:{0}/printer.socket
folder = {0}
[web]
port = 0
[scanner]
address = unix:{0}/scanner.socket
"""


def wait_for(what, seconds, found):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise SystemExit(f"not in {seconds} s: {what}")


def children(parent):
    """The programs that packaging/run started, by their names."""
    named = {}
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as listed:
        for pid in listed.read().split():
            try:
                with open(f"/proc/{pid}/comm", encoding="utf-8") as name:
                    named[name.read().strip()] = int(pid)
            except FileNotFoundError:
                pass  # it ended just now
    return named


def page_answers(folder):
    with open(f"{folder}/service.out", encoding="utf-8") as out:
        pages = [line.split()[-1] for line in out if line.startswith("tillside: ready")]
    try:
        return urllib.request.urlopen(pages[-1], timeout=1).status == 200
    except (OSError, IndexError):
        return False


def killed_and_back(run, name, lines, told):
    before = children(run.pid)[name]
    os.kill(before, signal.SIGKILL)
    wait_for(f"a new {name}", PATIENCE_S, lambda: children(run.pid).get(name, before) != before)
    wait_for(f'"{told}" in what it prints', PATIENCE_S, lambda: f"{told} stopped by itself and is started again" in lines())


def walk(folder, log):
    def lines():
        with open(log, encoding="utf-8") as text:
            return text.read()

    def start():
        with open(log, "w", encoding="utf-8") as out:
            return subprocess.Popen([f"{TOP}/packaging/run"], env={**os.environ, "TILLSIDE_STATE": folder}, stdout=out,
                                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    run = start()
    try:
        wait_for("a start", BUILD_S, lambda: "Ctrl-C stops all of it." in lines())
        killed_and_back(run, "tillside-tap", lines, "The printer tap")
        killed_and_back(run, "tillsided", lines, "The counter page")
        wait_for("the counter page", PATIENCE_S, lambda: page_answers(folder))
        second = subprocess.run([f"{TOP}/packaging/run"], env={**os.environ, "TILLSIDE_STATE": folder}, capture_output=True,
                                text=True, check=False)
        assert second.returncode == 1 and "runs already" in second.stderr, second
        started = list(children(run.pid).values())
    finally:
        run.send_signal(signal.SIGTERM)
    assert run.wait(PATIENCE_S) == 0, lines()
    assert "Stopped." in lines(), lines()
    left = [pid for pid in started if os.path.exists(f"/proc/{pid}")]
    assert not left, f"still there: {left}"


with tempfile.TemporaryDirectory() as state:
    with open(f"{state}/tillside.conf", "w", encoding="utf-8") as config:
        config.write(CONFIG.format(state))
    walk(state, f"{state}/run.out")
print("what was killed came back, and a stop left nothing behind")
