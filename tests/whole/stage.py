"""The whole of Tillside on one stage: hosted devices, the tap and the service as real processes in a folder of their own,
a POS that prints through the tap, and a client of the API. Standard library only."""
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsan.supp")
BUILD = os.environ.get("TILLSIDE_BUILD", os.path.join(os.path.dirname(__file__), "..", "..", "build", "dev"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, seconds=10.0, step=0.01):
    """Waits until `what()` is true and answers it; a test's own patience, not the product's."""
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {getattr(what, '__name__', what)}")
        time.sleep(step)


def receipt(number, total_cents=1950, lines=(), minute=0):
    """What a simple POS sends for one sale."""
    money = lambda cents: f"{cents // 100}.{cents % 100:02d}"
    rows = list(lines) or [("Ring cleaning", 1500), ("Gift box, small", total_cents - 1500)]
    body = [b"\x1b@\x1ba\x01\x1bE\x01", b"Kovacs & Reyes\n", b"\x1bE\x00", b"12 Mill Lane\n", b"\x1ba\x00",
            f"Receipt: {number}\n".encode(), f"Date: 2026-11-23 {9 + minute // 60:02d}:{minute % 60:02d}\n".encode(), b"-" * 48 + b"\n"]
    for name, cents in rows:
        body.append(f"{name:<38}{money(cents):>10}\n".encode())
    body += [b"-" * 48 + b"\n", f"{'TOTAL':<38}{money(total_cents):>10}\n".encode(),
             f"{'Card':<38}{money(total_cents):>10}\n".encode(), b"\nThank you\n\n\n\n", b"\x1dV\x00"]
    return b"".join(body)


class Stage:
    def __init__(self, slips="when-asked", settings="", shop=None, keep=False):
        self.folder = tempfile.mkdtemp(prefix="tillside-")
        self.tap_port, self.web_port = free_port(), free_port()
        self.config = self.path("tillside.conf")
        self.shop, self.keep = shop, keep
        self.running = {}
        os.mkdir(self.path("paper"))
        self.configure(slips, settings)

    def configure(self, slips, settings):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(f"[tap]\nlisten = tcp:127.0.0.1:{self.tap_port}\nprinter = unix:{self.path('printer')}\n"
                    f"folder = {self.folder}\ncontrol = {self.path('control')}\n"
                    f"[web]\nport = {self.web_port}\n[scanner]\naddress = unix:{self.path('scanner')}\n"
                    f"[slip]\nprint = {slips}\nwait_ms = 0\n{settings}\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    # --- processes ---------------------------------------------------------------------------------------------------
    def start(self, name, *arguments, **options):
        log = open(self.path(name + ".log"), "ab")
        options.setdefault("env", {**os.environ, "LSAN_OPTIONS": "print_suppressions=0:suppressions=" + SUPPRESSIONS})
        self.running[name] = subprocess.Popen([os.path.join(BUILD, name), *arguments], stdout=log, stderr=log, **options)
        log.close()
        return self.running[name]

    def start_devices(self):
        self.start("tillside-devices", "--printer", "unix:" + self.path("printer"), "--paper", self.path("paper"),
                   "--raw", self.path("raw"), "--scanner", "unix:" + self.path("scanner"), "--control", "unix:" + self.path("devices"))
        until(lambda: os.path.exists(self.path("printer")) and os.path.exists(self.path("devices")))

    def start_tap(self):
        self.start("tillside-tap", "--config", self.config)
        until(self.tap_listens)

    def tap_listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.tap_port), timeout=1).close()
            return True
        except OSError:
            return False

    def start_service(self):
        before = self.log("tillsided").count("tillside: ready")
        arguments = ["--config", self.config] + (["--shop", self.shop] if self.shop else [])
        child = self.start("tillsided", *arguments)

        def ready():
            if child.poll() is not None:
                raise AssertionError("tillsided ended: " + self.log("tillsided")[-2000:])
            return self.log("tillsided").count("tillside: ready") > before
        until(ready, 20)

    def start_all(self):
        self.start_devices()
        self.start_tap()
        self.start_service()
        until(lambda: self.get("/api/v1/visits/current")["status"]["printer"] == "ready")
        return self

    def log(self, name):
        try:
            with open(self.path(name + ".log"), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def kill(self, name):
        child = self.running.pop(name)
        child.send_signal(signal.SIGKILL)
        child.wait()

    def stop(self, name):
        child = self.running.pop(name)
        child.terminate()
        code = child.wait(20)
        if code not in (0, -signal.SIGTERM):
            raise AssertionError(f"{name} ended with {code}: {self.log(name)[-3000:]}")

    def close(self):
        for name in reversed(list(self.running)):
            self.stop(name)
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.close()
            return
        for name in list(self.running):
            self.kill(name)
        for name in ("tillside-tap", "tillsided", "tillside-devices"):
            print(f"--- {name}\n{self.log(name)[-3000:]}")
        print(f"kept: {self.folder}")

    # --- the POS ---------------------------------------------------------------------------------------------------
    def send(self, stream):
        """One receipt as a POS sends it: true when the other side closed in good order after it."""
        try:
            with socket.create_connection(("127.0.0.1", self.tap_port), timeout=20) as s:
                s.sendall(stream)
                s.shutdown(socket.SHUT_WR)
                while s.recv(4096):
                    pass
            return True
        except OSError:
            return False

    def send_until_taken(self, stream, seconds=30):
        end = time.monotonic() + seconds
        tries = 1
        while not self.send(stream):
            if time.monotonic() > end:
                raise AssertionError("the tap never took the receipt")
            tries += 1
            time.sleep(0.05)
        return tries

    def raw(self):
        with open(self.path("raw"), "rb") as f:
            return f.read()

    def device(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.path("devices"))
            s.sendall(command.encode() + b"\n")
            return s.makefile().readline().strip()

    # --- the API ---------------------------------------------------------------------------------------------------
    def call(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=20)
        data = None if body is None else json.dumps(body).encode()
        c.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
        answer = c.getresponse()
        text = answer.read()
        c.close()
        return answer.status, json.loads(text) if answer.headers.get_content_type() == "application/json" else text

    def get(self, path):
        status, body = self.call("GET", path)
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {body}")
        return body

    def post(self, path, body, method="POST"):
        status, answer = self.call(method, path, body)
        if status not in (200, 201, 202):
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def receipts(self, limit=500):
        return self.get(f"/api/v1/receipts?limit={limit}")["receipts"]

    def current(self):
        return self.get("/api/v1/visits/current")

    def visit(self):
        return self.current()["visit"]


class Events(threading.Thread):
    """A client of the event stream that keeps what it heard."""

    def __init__(self, stage, last_id=None):
        super().__init__(daemon=True)
        self.heard, self.last_id, self.times = [], last_id, []
        self.connection = http.client.HTTPConnection("127.0.0.1", stage.web_port, timeout=60)
        self.connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": last_id} if last_id else {})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        self.start()

    def run(self):
        name = data = None
        try:
            for line in iter(self.answer.readline, b""):
                line = line.decode().rstrip("\r\n")
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    data = line[6:]
                elif line.startswith("id: "):
                    self.last_id = line[4:]
                elif line == "" and name:
                    self.times.append(time.monotonic())
                    self.heard.append((name, json.loads(data) if data else None))
                    name = data = None
        except (OSError, ValueError, AttributeError, struct.error):
            pass

    def names(self):
        return [name for name, _ in self.heard]

    def wait(self, name, seconds=10):
        until(lambda: name in self.names(), seconds)
        return next(data for n, data in self.heard if n == name)
