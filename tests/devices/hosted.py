#!/usr/bin/env python3
"""tillside-devices as its users have it: over tcp, unix and pty, with its control channel, its faults and its scenes."""
import contextlib
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

PROGRAM = os.path.join(os.environ.get("TILLSIDE_BUILD", "build/dev"), "tillside-devices")
PATIENCE_S = 20


class Devices:
    def __init__(self, folder, *options, printer="unix"):
        self.folder = folder
        self.control_path = os.path.join(folder, "control")
        self.raw = os.path.join(folder, "raw")
        self.paper = os.path.join(folder, "paper")
        address = {"unix": f"unix:{folder}/printer", "tcp": "tcp:127.0.0.1:0", "pty": f"pty:{folder}/printer"}[printer]
        self.process = subprocess.Popen(
            [PROGRAM, "--printer", address, "--paper", self.paper, "--raw", self.raw, "--control",
             "unix:" + self.control_path, *options], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().split()[-1]

    def connect(self):
        if self.address.startswith("tcp:"):
            _, host, port = self.address.split(":")
            return socket.create_connection((host, int(port)), PATIENCE_S)
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE_S)
        s.connect(self.address.split(":", 1)[1])
        return s

    def ask(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE_S)
            s.connect(self.control_path)
            s.sendall(line.encode() + b"\n")
            return s.makefile().readline().rstrip("\n")

    def status(self):
        return json.loads(self.ask("status"))

    def wait_for(self, **wanted):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            now = self.status()
            if all(now[name] == value for name, value in wanted.items()):
                return now
            time.sleep(0.02)
        raise AssertionError(f"waited for {wanted}, it is {now}")

    def cuts(self):
        with open(os.path.join(self.paper, "paper.log"), encoding="utf-8") as log:
            return [json.loads(line) for line in log]

    def close(self):
        self.ask("quit")
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        return code


def hear(s, count):
    got = b""
    while len(got) < count:
        more = s.recv(count - len(got))
        if not more:
            break
        got += more
    return got


def png_size(path):
    with open(path, "rb") as f:
        head = f.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


RECEIPT = b"\x1b@One coffee 2.50\n\x1bp\x00\x19\xfa\x1dV1"


class HostedDevices(unittest.TestCase):
    def setUp(self):
        self.keep = contextlib.ExitStack()
        self.folder = self.keep.enter_context(tempfile.TemporaryDirectory(prefix="tillside-hosted-"))
        self.addCleanup(self.keep.close)

    def devices(self, *options, **named):
        d = Devices(self.folder, *options, **named)
        self.addCleanup(lambda: d.process.poll() is None and d.process.kill())
        return d

    def test_each_piece_is_a_picture_and_a_line_in_the_log(self):
        d = self.devices(printer="tcp")
        with d.connect() as s:
            s.sendall(RECEIPT * 2)
            s.shutdown(socket.SHUT_WR)
            self.assertEqual(hear(s, 1), b"")
        self.assertEqual(d.close(), 0)
        with open(d.raw, "rb") as raw:
            self.assertEqual(raw.read(), RECEIPT * 2)
        cuts = d.cuts()
        self.assertEqual([(c["number"], c["from"], c["to"], c["drawer"], c["kind"]) for c in cuts],
                         [(1, 0, len(RECEIPT), 1, "partial"), (2, len(RECEIPT), 2 * len(RECEIPT), 1, "partial")])
        for c in cuts:
            self.assertEqual(int(c["crc32"], 16), zlib.crc32(RECEIPT))
            self.assertEqual(png_size(os.path.join(d.paper, c["png"])), (576, c["height"]))

    def test_a_pty_is_a_serial_cable(self):
        d = self.devices(printer="pty")
        link = os.path.join(self.folder, "printer")
        self.assertTrue(os.path.islink(link))
        for _ in range(2):
            fd = os.open(link, os.O_RDWR | os.O_NOCTTY)
            os.write(fd, b"\x10\x04\x01\n\r\x00\x7f" + RECEIPT)
            self.assertTrue(select.select([fd], [], [], PATIENCE_S)[0])
            self.assertEqual(os.read(fd, 1), b"\x12")
            os.close(fd)
        d.wait_for(pieces=2)
        self.assertEqual(d.close(), 0)
        self.assertFalse(os.path.lexists(link))
        with open(d.raw, "rb") as raw:
            self.assertEqual(raw.read(), (b"\x10\x04\x01\n\r\x00\x7f" + RECEIPT) * 2)

    def test_one_guest_prints_and_the_next_waits(self):
        d = self.devices()
        with d.connect() as first, d.connect() as second:
            second.sendall(b"\x10\x04\x01second\n\x1dV1")
            first.sendall(b"\x10\x04\x01fir")
            self.assertEqual(hear(first, 1), b"\x12")
            self.assertEqual(select.select([second], [], [], 0.1)[0], [])
            first.sendall(b"st\n\x1dV1")
            first.close()
            self.assertEqual(hear(second, 1), b"\x12")
        d.wait_for(pieces=2)
        d.close()
        with open(d.raw, "rb") as raw:
            self.assertEqual(raw.read(), b"\x10\x04\x01first\n\x1dV1\x10\x04\x01second\n\x1dV1")

    def test_a_guest_that_leaves_at_once_loses_nothing(self):
        d = self.devices()
        for _ in range(5):
            with d.connect() as s:
                s.sendall(b"\x10\x04\x01" * 50 + RECEIPT)
        d.wait_for(pieces=5)
        d.close()

    def test_without_paper_the_pos_is_held_back_and_nothing_is_lost(self):
        d = self.devices("--buffer", "4096")
        self.assertEqual(d.ask("paper end"), "ok")
        job = bytes(800000) + b"x" * 400 + b"\n\x1dV1"
        with d.connect() as s:
            s.setblocking(False)
            sent = 0
            with contextlib.suppress(BlockingIOError):
                while sent < len(job):
                    sent += s.send(job[sent:sent + 65536])
                    time.sleep(0.01)
            self.assertLess(sent, len(job))
            now = d.wait_for(waiting=4096)
            self.assertEqual((now["executed"], now["online"]), (0, False))
            self.assertEqual(d.ask("paper ok"), "ok")
            s.setblocking(True)
            s.sendall(job[sent:])
        d.wait_for(executed=len(job))
        d.close()
        with open(d.raw, "rb") as raw:
            self.assertEqual(zlib.crc32(raw.read()), zlib.crc32(job))
        self.assertEqual(sum(c["to"] - c["from"] for c in d.cuts()), len(job))

    def test_what_waited_is_printed_after_its_guest_has_left(self):
        d = self.devices("--buffer", "8")
        d.ask("cover open")
        with d.connect() as s:
            s.sendall(RECEIPT)
        d.wait_for(waiting=8)
        d.ask("cover closed")
        d.wait_for(pieces=1, executed=len(RECEIPT), connected=False)
        d.close()

    def test_a_status_is_told_while_the_printer_is_offline_and_when_it_changes(self):
        d = self.devices()
        with d.connect() as s:
            s.sendall(b"\x1da\xff")
            self.assertEqual(hear(s, 4), b"\x10\x00\x00\x0f")
            d.ask("offline")
            self.assertEqual(hear(s, 4), b"\x18\x00\x00\x0f")
            s.sendall(b"\x10\x04\x01")
            self.assertEqual(hear(s, 1), b"\x1a")
            d.ask("online")
            self.assertEqual(hear(s, 4), b"\x10\x00\x00\x0f")
            d.ask("drawer open")
            self.assertEqual(hear(s, 4), b"\x14\x00\x00\x0f")
            d.ask("paper near")
            self.assertEqual(hear(s, 4), b"\x14\x00\x03\x0f")
            d.ask("cutter jammed")
            self.assertEqual(hear(s, 4), b"\x1c\x08\x03\x0f")
        d.close()

    def test_it_vanishes_and_returns(self):
        d = self.devices(printer="tcp")
        d.ask("vanish after 10")
        with d.connect() as s:
            s.sendall(b"a" * 100)
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(hear(s, 1), b"")
        with self.assertRaises(ConnectionRefusedError):
            d.connect()
        self.assertEqual(os.path.getsize(d.raw), 10)
        self.assertEqual(d.ask("return"), "ok")
        with d.connect() as s:
            s.sendall(b"\x10\x04\x01")
            self.assertEqual(hear(s, 1), b"\x12")
        d.close()

    def test_slow_is_slow_and_short_reads_change_nothing(self):
        d = self.devices()
        d.ask("slow 2000")
        d.ask("reads 3")
        began = time.monotonic()
        with d.connect() as s:
            s.sendall(b"y" * 400 + RECEIPT)
        d.wait_for(pieces=1)
        self.assertGreater(time.monotonic() - began, 0.15)
        d.ask("slow 0")
        with d.connect() as s:
            s.sendall(RECEIPT)
        d.wait_for(pieces=2)
        d.close()

    def test_a_scanner_sends_codes_as_lines(self):
        d = self.devices("--scanner", f"pty:{self.folder}/scanner", "--suffix", "crlf")
        fd = os.open(os.path.join(self.folder, "scanner"), os.O_RDWR | os.O_NOCTTY)
        self.assertEqual(d.ask("scan 4006381333931"), "ok")
        self.assertTrue(select.select([fd], [], [], PATIENCE_S)[0])
        self.assertEqual(os.read(fd, 100), b"4006381333931\r\n")
        os.close(fd)
        d.close()

    def test_codes_come_from_a_file(self):
        codes = os.path.join(self.folder, "codes")
        with open(codes, "w", encoding="ascii") as f:
            f.write("AB1\n\nAB2\n")
        d = self.devices("--scanner", f"pty:{self.folder}/scanner", "--scan-file", codes, "--scan-every", "10")
        fd = os.open(os.path.join(self.folder, "scanner"), os.O_RDWR | os.O_NOCTTY)
        got = b""
        while got.count(b"\r") < 2:
            got += os.read(fd, 100)
        self.assertEqual(got, b"AB1\rAB2\r")
        os.close(fd)
        d.close()

    def test_a_scene_is_played(self):
        d = self.devices("--scanner", f"pty:{self.folder}/scanner")
        with open(os.path.join(self.folder, "one.bin"), "wb") as f:
            f.write(RECEIPT)
        scene = os.path.join(self.folder, "a.scene")
        with open(scene, "w", encoding="utf-8") as f:
            f.write("# a customer\nsay good morning\nscan K-17\nwait 20\npos one.bin\n\ncover open\n")
        played = subprocess.run([PROGRAM, "play", "--tap", d.address, "--control", "unix:" + d.control_path, scene],
                                capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual((played.returncode, played.stdout, played.stderr), (0, "good morning\n", ""))
        self.assertEqual((d.status()["pieces"], d.status()["cover"]), (1, "open"))
        with open(scene, "w", encoding="utf-8") as f:
            f.write("wait 1\npaper perhaps\n")
        played = subprocess.run([PROGRAM, "play", "--control", "unix:" + d.control_path, scene], capture_output=True,
                                text=True, timeout=PATIENCE_S)
        self.assertEqual(played.returncode, 1)
        self.assertIn("line 2: the devices: error: paper is ok, near or end", played.stderr)
        d.close()

    def test_wrong_commands_and_options_are_named(self):
        d = self.devices()
        for line, answer in (("dance", "error: no such command"), ("scan 1", "error: there is no scanner"),
                             ("slow fast", "error: slow BYTES_PER_SECOND; 0 is as fast as it goes")):
            self.assertEqual(d.ask(line), answer)
        d.close()
        for options in (["--printer", "tcp:localhost:1"], ["--width", "5"], [], ["--nonsense"], ["--printer", "unix:/nowhere/at/all"]):
            wrong = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertNotEqual(wrong.returncode, 0)
            self.assertNotEqual(wrong.stderr, "")

    def test_a_file_in_the_way_of_a_pty_is_left_alone(self):
        path = os.path.join(self.folder, "precious")
        with open(path, "w", encoding="ascii") as f:
            f.write("data")
        wrong = subprocess.run([PROGRAM, "--printer", "pty:" + path], capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("File exists", wrong.stderr)
        self.assertEqual(os.path.getsize(path), 4)

    def test_a_signal_ends_it_cleanly_and_the_paper_is_torn_off(self):
        d = self.devices()
        with d.connect() as s:
            s.sendall(b"no cut\n")
        d.wait_for(executed=7)
        d.process.terminate()
        self.assertEqual(d.process.wait(PATIENCE_S), 0)
        d.process.stdout.close()
        self.assertEqual([c["kind"] for c in d.cuts()], ["torn"])


if __name__ == "__main__":
    if not os.path.exists(PROGRAM):
        print("SKIP: tillside-devices was not built")
        sys.exit(77)
    unittest.main(verbosity=1)
