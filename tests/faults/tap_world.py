"""What the tap's process tests share: a scripted printer, a POS, and the tap itself. Standard library only."""
import contextlib
import ctypes
import fcntl
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

TAP = os.environ.get("TILLSIDE_TAP", "build/dev/tillside-tap")
PATIENCE_S = 20.0


def wait_for(condition, what, patience_s=PATIENCE_S):
    """Until the condition holds; a test that waits in vain says for what."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("waited in vain for " + what)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cable:
    """A network of its own for the printer, so that its cable can be pulled. Takes root; OSError: not here."""
    CLONE_NEWNET = 0x40000000

    def __init__(self):
        self.name = "tap%d" % os.getpid()
        network = "10.%d.%d." % (128 + os.getpid() // 256 % 128, os.getpid() % 256)   # two tests may run at once
        self.printer_address = network + "2"
        self._ip("netns add", self.name)
        try:
            self._ip("link add", self.name, "type veth peer name printer netns", self.name)
            self._ip("addr add", network + "1/24 dev", self.name)
            self._ip("link set", self.name, "up")
            self._ip("-n", self.name, "addr add", network + "2/24 dev printer")
            self.plug()
        except OSError:
            self.remove()
            raise

    @staticmethod
    def _ip(*words):
        if subprocess.run(["ip"] + " ".join(words).split(), stderr=subprocess.DEVNULL).returncode != 0:
            raise OSError("ip " + " ".join(words))

    def plug(self):
        self._ip("-n", self.name, "link set printer up")

    def pull(self):
        self._ip("-n", self.name, "link set printer down")

    def remove(self):
        self._ip("netns del", self.name)

    def socket_at_printer(self):
        """Made by a thread that goes to the printer's network; the socket stays there."""
        made = []

        def make():
            with open("/run/netns/" + self.name, encoding="ascii") as there:
                if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), self.CLONE_NEWNET) == 0:
                    made.append(socket.socket())
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        return made[0]


class Printer:
    """Keeps every byte that reaches it. It can be away, stop reading, answer, and vanish."""

    def __init__(self, answer=None, receive_bytes=None, cable=None):
        self.cable = cable
        self.host = cable.printer_address if cable else "127.0.0.1"
        self.port = free_port()
        self.receive_bytes = receive_bytes
        self.paper = bytearray()
        self.answer = answer
        self.reading = threading.Event()
        self.reading.set()
        self.lock = threading.Lock()
        self.connections = []
        self.listener = None
        self.switch_on()

    @property
    def address(self):
        return "tcp:%s:%d" % (self.host, self.port)

    def switch_on(self):
        listener = self.cable.socket_at_printer() if self.cable else socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.receive_bytes:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_bytes)
        listener.bind((self.host, self.port))
        listener.listen(4)
        self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def switch_off(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for c in self.connections:
                with contextlib.suppress(OSError):
                    c.shutdown(socket.SHUT_RDWR)
            self.connections.clear()

    def vanish(self):
        """Gone without a word. Returns how many bytes had arrived that nobody will read."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        waiting = bytearray(4)
        with self.lock:
            for c in self.connections:
                fcntl.ioctl(c, termios.FIONREAD, waiting)
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                c.close()
            self.connections.clear()
        return struct.unpack("i", waiting)[0]

    def text(self):
        with self.lock:
            return bytes(self.paper)

    def settled(self):
        """The paper, once nothing more has come for a while: an end says that the printer's socket has it all, not its reader."""
        before = None
        while before != self.text():
            before = self.text()
            time.sleep(0.1)
        return before

    def say(self, answer):
        with self.lock:
            self.connections[-1].sendall(answer)

    def _accept(self, listener):
        while True:
            try:
                c, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections.append(c)
            threading.Thread(target=self._read, args=(c,), daemon=True).start()

    def _read(self, c):
        while True:
            self.reading.wait()
            try:
                got = c.recv(65536)
            except OSError:
                got = b""
            if not got:
                c.close()
                return
            with self.lock:
                self.paper += got
            if self.answer:
                reply = self.answer(got)
                if reply:
                    with contextlib.suppress(OSError):
                        c.sendall(reply)


class Tap:
    """The program, started with a folder of its own."""

    def __init__(self, printer, *more, folder=None, listen=None, keeper=True, settings=""):
        self.folder = folder or tempfile.mkdtemp(prefix="tap-test-")
        self.port = free_port()
        self.listen = listen or ["tcp:127.0.0.1:%d" % self.port]
        self.control = os.path.join(self.folder, "tap.socket")
        self.config = os.path.join(self.folder, "test.conf")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write("[shop]\nname = not the tap's business\n[tap]\nprinter = %s\nfolder = %s\n" % (printer, self.folder))
            f.writelines("listen = %s\n" % a for a in self.listen)
            f.write(settings)
        self.more = list(more) + ([] if keeper else ["--no-keeper"])
        self.log_path = tempfile.mkstemp(prefix="tap-log-")[1]   # not in the folder: its disk may be full
        self.log = open(self.log_path, "ab+")
        self.process = None
        self.start()

    def start(self, wait=True):
        self.process = subprocess.Popen([TAP, "--config", self.config] + self.more, stderr=self.log)
        if wait:
            wait_for(lambda: os.path.exists(self.control) and self.can_connect(), "the tap to be ready")

    def can_connect(self):
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(self.control)
            except OSError:
                return False
        return True

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()

    def worker(self):
        """The process that does the work, the keeper's child; None while there is none."""
        with open("/proc/{0}/task/{0}/children".format(self.process.pid), encoding="ascii") as f:
            children = f.read().split()
        return int(children[0]) if children else None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def kill_worker(self):
        worker = self.worker()
        if worker:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        said = self.said()
        self.log.close()
        assert "Sanitizer" not in said and "runtime error" not in said, said
        return code

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.stop()
        if error[0]:
            with open(self.log_path, encoding="utf-8") as f:
                sys.stderr.write(f.read())
        else:
            self.remove()

    def remove(self):
        """All that it left: its folder, its log, and the memory of one that was killed."""
        for link in pathlib.Path(self.folder, "tap").glob("*"):
            if link.is_symlink():
                link.resolve().unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.unlink(self.log_path)


class Pos:
    def __init__(self, tap):
        self.socket = socket.create_connection(("127.0.0.1", tap.port), PATIENCE_S)

    def send(self, data):
        self.socket.sendall(data)

    def hear(self, n):
        got = b""
        while len(got) < n:
            more = self.socket.recv(n - len(got))
            if not more:
                break
            got += more
        return got

    def end(self):
        """Says that this was all, and waits until the tap agrees: a clean end. Raises when it breaks."""
        self.socket.shutdown(socket.SHUT_WR)
        rest = b""
        while True:
            more = self.socket.recv(4096)
            if not more:
                self.socket.close()
                return rest
            rest += more

    def close(self):
        self.socket.close()


def print_until_it_is_done(tap, data, piece_bytes=None):
    """What a POS does with a printer that was switched off: it tries again until the printer has taken it all.
    In pieces it takes its time, as a till does."""
    step = piece_bytes or len(data)
    while True:
        try:
            pos = Pos(tap)
            for at in range(0, len(data), step):
                pos.send(data[at:at + step])
                time.sleep(0.01 if piece_bytes else 0)
            pos.end()
            return
        except OSError:
            time.sleep(0.01)


FOLLOW, INSERT, ASK, STATUS, RECORD, VERDICT = range(1, 7)
DONE, POS_FASTER, BUSY, BROKEN, UNKNOWN = range(5)
HEADER = struct.Struct("<IBBHQQQqQ")


class Control:
    """A follower on the control socket."""

    def __init__(self, tap):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(tap.control)
        self.frames = []

    def say(self, kind, subject=0, offset=0, data=b""):
        self.socket.sendall(HEADER.pack(HEADER.size - 4 + len(data), kind, 0, 0, subject, offset, 0, 0, 0) + data)

    def _exactly(self, n):
        got = b""
        while len(got) < n:
            more = self.socket.recv(n - len(got))
            if not more:
                raise ConnectionError("the tap hung up")
            got += more
        return got

    def next(self):
        head = HEADER.unpack(self._exactly(HEADER.size))
        data = self._exactly(head[0] + 4 - HEADER.size)
        return {"type": head[1], "flags": head[2], "subject": head[4], "offset": head[5], "answer": head[6], "to": head[8],
                "data": data}

    def verdict(self, number):
        while True:
            f = self.next()
            if f["type"] == VERDICT and f["subject"] == number:
                return f["to"]

    def insert(self, number, offset, data):
        self.say(INSERT, number, offset, data)
        return self.verdict(number)

    def ask(self, number):
        self.say(ASK, number)
        return self.verdict(number)

    def status(self):
        self.say(FOLLOW, offset=1 << 62)
        while True:
            f = self.next()
            if f["type"] == STATUS:
                return f

    def stream(self, n, offset=0):
        """n bytes of the POS's stream."""
        self.say(FOLLOW, offset=offset)
        got = b""
        while len(got) < n:
            f = self.next()
            if f["type"] == RECORD and not f["flags"]:
                got += f["data"][max(0, offset + len(got) - f["offset"]):]
        return got

    def close(self):
        self.socket.close()


def receipt(number, seed=0):
    """A receipt that can be told from every other: a head, lines of any bytes, and a cut."""
    chance = random.Random(seed * 1000003 + number)
    body = bytes(chance.randrange(32, 256) for _ in range(chance.randrange(50, 6000)))
    return b"\x1b@RECEIPT %06d\n" % number + body + b"\nEND %06d\n\x1dV\x00" % number


def run(tests):
    """Every test, or those that are named."""
    names = sys.argv[1:]
    for test in tests:
        if names and test.__name__ not in names:
            continue
        begun = time.monotonic()
        test()
        print("ok %-75s %6.2f s" % (test.__name__, time.monotonic() - begun), flush=True)
