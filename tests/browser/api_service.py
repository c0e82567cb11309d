#!/usr/bin/env python3
"""The API of the whole service: a hosted printer, the tap and tillsided in a folder of their own, one receipt through them,
then api_contract.py, which must see every operation succeed. Usage: api_service.py FOLDER_OF_THE_PROGRAMS
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

import api_contract

PATIENCE_S = 10
RECEIPT = (b"\x1b@\x1ba\x01Goldsmith at the Bridge\n\x1ba\x00Receipt 0001842\n2026-11-23 10:17\n"
           b"1 x Silver ring            65.00\n1 x Polishing cloth         4.00\n"
           b"--------------------------------\nTOTAL EUR                  69.00\nCash                       70.00\nChange                      1.00\n"
           b"\n\n\n\x1dV\x00")


class Programs:
    def __init__(self, folder, state):
        self.folder, self.state, self.started = folder, state, []
        with open(self.path("config"), "w") as f:
            f.write("[store]\nfile = %s\n[web]\nport = 0\n[tap]\nfolder = %s\nlisten = unix:%s\nprinter = unix:%s\n"
                    % (self.path("store.db"), state, self.path("pos"), self.path("printer")))

    def path(self, name):
        return os.path.join(self.state, name)

    def start(self, name, *arguments, ready=None):
        process = subprocess.Popen([os.path.join(self.folder, name), *arguments], stdout=subprocess.PIPE, stderr=sys.stderr)
        self.started.append(process)
        return re.search(ready, process.stdout.readline().decode()).group(1) if ready else None

    def stop(self):
        codes = []
        for process in reversed(self.started):
            process.terminate()
            codes.append(process.wait(timeout=PATIENCE_S))
            process.stdout.close()
        return codes


def wait_until(what, is_true):
    until = time.monotonic() + PATIENCE_S
    while not is_true():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.05)


def print_receipt(path):
    with socket.socket(socket.AF_UNIX) as pos:
        pos.connect(path)
        pos.sendall(RECEIPT)


def has_receipt(service):
    return bool(json.loads(service.ask("GET", "/api/v1/receipts")[2])["receipts"])


def main():
    missing = [name for name in ("tillside-devices", "tillside-tap", "tillsided") if not os.access(os.path.join(sys.argv[1], name), os.X_OK)]
    if missing:
        print("skipped: not built: " + ", ".join(missing))
        return 77
    with tempfile.TemporaryDirectory() as state:
        programs = Programs(sys.argv[1], state)
        try:
            programs.start("tillside-devices", "--printer", "unix:" + programs.path("printer"), "--quiet")
            wait_until("the printer", lambda: os.path.exists(programs.path("printer")))
            programs.start("tillside-tap", "--no-keeper", "--config", programs.path("config"))
            url = programs.start("tillsided", "--config", programs.path("config"), ready=r"(http://\S+)")
            wait_until("the tap", lambda: os.path.exists(programs.path("pos")))
            print_receipt(programs.path("pos"))
            wait_until("the receipt", lambda: has_receipt(api_contract.Service(url)))
            result = api_contract.main(["--all", url])
        finally:
            codes = programs.stop()
    if any(codes):
        print("FAULT a program did not end well: %s" % codes)
    return result or (1 if any(codes) else 0)


if __name__ == "__main__":
    sys.exit(main())
