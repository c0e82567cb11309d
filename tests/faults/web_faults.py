#!/usr/bin/env python3
"""The web as a process of its own, in bad company. Usage: web_faults.py PROGRAM (the server of examples).

Descriptors used up, a client that never reads, a client that vanishes, a kill in mid-stream, and nobody at all: it must go on
answering, stay small, and sleep when there is nothing to do.
"""
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import unittest

PROGRAM = None
PATIENCE_S = 5


class Server:
    def __init__(self, port=0, descriptors=None):
        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        self.process = subprocess.Popen([PROGRAM, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=limit)
        line = self.process.stdout.readline().decode()
        self.port = int(re.search(r":(\d+)/", line).group(1))

    def status(self, name):
        with open("/proc/%d/status" % self.process.pid) as f:
            return int(re.search(r"^%s:\s+(\d+)" % name, f.read(), re.M).group(1))

    def cpu_ticks(self):
        with open("/proc/%d/stat" % self.process.pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def ask(self, path, headers=""):
        with self.connect() as s:
            s.sendall(("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s\r\n" % (path, self.port, headers)).encode())
            heard = b""
            while piece := s.recv(65536):
                heard += piece
            return heard

    def follow(self, last_id=None):
        s = self.connect()
        header = "Last-Event-ID: %s\r\n" % last_id if last_id else ""
        s.sendall(("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n" % (self.port, header)).encode())
        heard = b""
        while b"retry: 2000" not in heard or not heard.endswith(b"\n\n\r\n"):
            heard += s.recv(4096)
        return s, heard.decode()

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class InBadCompany(unittest.TestCase):
    def test_it_sleeps_when_nobody_asks(self):
        server = Server()
        server.ask("/healthz")
        time.sleep(0.3)
        before = server.status("voluntary_ctxt_switches")
        time.sleep(4)
        self.assertLessEqual(server.status("voluntary_ctxt_switches") - before, 2)
        self.assertEqual(server.stop(), 0)

    def test_it_sleeps_while_a_page_is_open(self):
        server = Server()
        page, _ = server.follow()
        time.sleep(0.3)
        before = server.status("voluntary_ctxt_switches")
        time.sleep(4)
        self.assertLessEqual(server.status("voluntary_ctxt_switches") - before, 3)
        page.close()
        self.assertEqual(server.stop(), 0)

    def test_used_up_descriptors_cost_no_time_and_pass(self):
        server = Server(descriptors=24)
        crowd = [server.connect() for _ in range(60)]
        time.sleep(0.3)
        before = server.cpu_ticks()
        time.sleep(2)
        self.assertLessEqual(server.cpu_ticks() - before, 10, "it spins")
        for s in crowd:
            s.close()
        self.assertIn(b" 200 OK", server.ask("/healthz"))
        self.assertEqual(server.stop(), 0)

    def test_clients_that_vanish_leave_nothing_behind(self):
        server = Server()
        server.ask("/")
        for _ in range(300):
            s = server.connect()
            s.sendall(b"POST /api/v1/scans HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 900000\r\n\r\n{" % server.port)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            s.close()
        self.assertIn(b" 200 OK", server.ask("/healthz"))
        descriptors = os.listdir("/proc/%d/fd" % server.process.pid)
        self.assertLess(len(descriptors), 20)
        self.assertEqual(server.stop(), 0)

    def test_who_does_not_read_holds_nobody_up(self):
        server = Server()
        stuck = []
        for _ in range(20):
            s = server.connect()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall((b"GET /api/openapi.json HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % server.port) * 50)
            stuck.append(s)
        for _ in range(20):
            begun = time.monotonic()
            self.assertIn(b" 200 OK", server.ask("/healthz"))
            self.assertLess(time.monotonic() - begun, 1)
        for s in stuck:
            s.close()
        self.assertEqual(server.stop(), 0)

    def test_after_a_kill_the_same_port_serves_and_says_reset(self):
        server = Server()
        page, heard = server.follow()
        last_id = re.search(r"id: (\S+)", heard).group(1)
        server.kill()
        self.assertEqual(page.recv(1), b"")
        page.close()
        server = Server(server.port)
        page, heard = server.follow(last_id)
        self.assertIn("event: reset\ndata: {}\n\n", heard)
        self.assertNotIn(last_id, heard)
        page.close()
        self.assertEqual(server.stop(), 0)

    def test_open_streams_do_not_hold_up_the_end(self):
        server = Server()
        pages = [server.follow()[0] for _ in range(10)]
        self.assertEqual(server.stop(), 0)
        for page in pages:
            self.assertIn(page.recv(100), (b"", b"0\r\n\r\n"))
            page.close()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
