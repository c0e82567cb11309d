#!/usr/bin/env python3
"""Figures, as one JSON object: medians and 99th percentiles, a peer or the plain floor beside each in the same run.

    tests/bench/bench.py [--build FOLDER] [--quick]

Needs the release build, socat, and python3. Nothing here is a test: nothing fails because a machine is slow."""
import argparse
import http.client
import json
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "whole"))


PEOPLE_A_FILE = 20000


def summary(samples, unit):
    ordered = sorted(samples)
    at = lambda q: ordered[min(len(ordered) - 1, int(q * len(ordered)))]
    return {"median_" + unit: round(statistics.median(ordered), 4), "p99_" + unit: round(at(0.99), 4),
            "most_" + unit: round(ordered[-1], 4), "runs": len(ordered)}


class Sink(threading.Thread):
    """The printer's end: takes everything; echoes one byte for each that it is asked to (DLE EOT 1)."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(4)
        self.count, self.wanted, self.reached = 0, 0, threading.Event()
        self.start()

    def run(self):
        while True:
            c, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        while True:
            try:
                data = c.recv(1 << 18)
            except OSError:
                return
            if not data:
                return
            self.count += len(data)
            if data[-3:] == b"\x10\x04\x01":
                c.sendall(b"\x16")
            if self.wanted and self.count >= self.wanted:
                self.reached.set()

    def expect(self, n):
        self.wanted = self.count + n
        self.reached.clear()


def connect(port):
    for _ in range(200):
        try:
            s = socket.create_connection(("127.0.0.1", port), timeout=30)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return s
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


def throughput(port, sink, payload):
    """MB/s from the first byte sent to the last one at the printer."""
    s = connect(port)
    sink.expect(len(payload))
    began = time.perf_counter()
    s.sendall(payload)
    if not sink.reached.wait(60):
        raise SystemExit("bytes are missing at the printer")
    took = time.perf_counter() - began
    s.close()
    return len(payload) / took / 1e6


def round_trips(port, count):
    """A question of the POS, through to the printer, and its answer back: milliseconds each."""
    s = connect(port)
    samples = []
    for i in range(count + 50):
        began = time.perf_counter()
        s.sendall(b"\x10\x04\x01")
        if s.recv(1) != b"\x16":
            raise SystemExit("the wrong answer came back")
        if i >= 50:
            samples.append((time.perf_counter() - began) * 1e3)
    s.close()
    return samples


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def bench_tap(build, folder, quick):
    sinks = {name: Sink(os.path.join(folder, name + ".printer")) for name in ("tap", "socat")}
    ports = {name: free_port() for name in sinks}
    config = os.path.join(folder, "bench.conf")
    with open(config, "w", encoding="utf-8") as f:
        f.write(f"[tap]\nlisten = tcp:127.0.0.1:{ports['tap']}\nprinter = unix:{folder}/tap.printer\nfolder = {folder}\ncontrol = {folder}/control\n")
    children = {
        "tap": subprocess.Popen([os.path.join(build, "tillside-tap"), "--config", config]),
        "socat": subprocess.Popen(["socat", "-b", "65536", f"TCP-LISTEN:{ports['socat']},bind=127.0.0.1,reuseaddr,fork,nodelay",
                                   f"UNIX-CONNECT:{folder}/socat.printer"]),
    }
    # A day's receipts at once (4 MiB), and as much as keeps the disk busy with the journal.
    day, flood = random.Random(1).randbytes(4 << 20), random.Random(2).randbytes(32 << 20)
    speeds, sustained, delays = {n: [] for n in sinks}, {n: [] for n in sinks}, {n: [] for n in sinks}
    try:
        for _ in range(3 if quick else 15):   # in pairs, so that the machine's moods fall on both
            for name in sinks:
                speeds[name].append(throughput(ports[name], sinks[name], day))
            time.sleep(1)
        for _ in range(1 if quick else 3):
            for name in sinks:
                sustained[name].append(throughput(ports[name], sinks[name], flood))
        for _ in range(3 if quick else 10):
            for name in sinks:
                delays[name] += round_trips(ports[name], 300)
        resident, wakes = resident_kb(children["tap"].pid), wake_ups(children["tap"].pid, 3 if quick else 10)
    finally:
        for child in children.values():
            child.terminate()
            child.wait()
    ratio = statistics.median(a / b for a, b in zip(speeds["tap"], speeds["socat"]))
    added = statistics.median(delays["tap"]) - statistics.median(delays["socat"])
    return {
        "throughput_mb_per_s": {n: round(statistics.median(v), 1) for n, v in speeds.items()},
        "throughput_tap_to_socat": round(ratio, 3),
        "sustained_mb_per_s": {n: round(statistics.median(v), 1) for n, v in sustained.items()},
        "question_and_answer": {n: summary(v, "ms") for n, v in delays.items()},
        "median_added_ms": round(added, 4),
        "resident_kb": resident,
        "idle_wake_ups_per_s": wakes,
    }


def family(pid):
    found = [pid]
    for one in found:
        try:
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as f:
                found += [int(x) for x in f.read().split()]
        except OSError:
            pass
    return found


def status(pid, key):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(key + ":"))


def proportional_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


def resident_kb(pid):
    """Each process by itself, and all of them with what they share counted once."""
    return {"each": [status(p, "VmRSS") for p in family(pid)], "together": sum(proportional_kb(p) for p in family(pid))}


def wake_ups(pid, seconds):
    """Times that any thread of it was given the processor because something had happened."""
    def count():
        total = 0
        for p in family(pid):
            for task in os.listdir(f"/proc/{p}/task"):
                total += status(f"{p}/task/{task}", "voluntary_ctxt_switches")
        return total
    time.sleep(5)   # what was begun is over
    before = count()
    time.sleep(seconds)
    return round((count() - before) / seconds, 2)


def many_people(path, first_number, count):
    dice = random.Random(first_number)
    first = ["Anna", "Ben", "Chidi", "Dagny", "Elif", "Fatou", "Goran", "Hana", "Ines", "Jomo", "Kaveh", "Lien", "Mina", "Noor", "Olek", "Priya"]
    last = ["Adeyemi", "Brandt", "Costa", "Duarte", "Eriksen", "Fuchs", "Garcia", "Haddad", "Ivanova", "Jansen", "Kovács", "Larsen", "Moreau", "Nagy"]
    people = [{"key": f"c{n}", "name": f"{dice.choice(first)} {dice.choice(last)} {n}", "card": f"TS-{n:06d}"}
              for n in range(first_number, first_number + count)]
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"customers": people}, f)


def start_service(build, config, *more):
    began = time.perf_counter()
    child = subprocess.Popen([os.path.join(build, "tillsided"), "--config", config, *more], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = child.stdout.readline()
    if "ready" not in line:
        raise SystemExit("tillsided did not start")
    return child, (time.perf_counter() - began) * 1e3, int(line.rsplit(":", 1)[1].strip("/\n "))


def ask(connection, method, path, body=None):
    connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return json.loads(answer.read())


def scan_to_event(port, people, count):
    """From the scan being sent to its event being read by another client: milliseconds."""
    arrived, box = threading.Event(), {}
    stream = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    stream.request("GET", "/api/v1/events")
    answer = stream.getresponse()

    def listen():
        name = None
        for line in iter(answer.readline, b""):
            if line.startswith(b"event: "):
                name = line[7:].strip()
            elif line == b"\n" and name == b"visit-changed":
                box["at"] = time.perf_counter()
                arrived.set()
    threading.Thread(target=listen, daemon=True).start()
    dice, samples = random.Random(3), []
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for i in range(count + 10):
        arrived.clear()
        began = time.perf_counter()
        ask(client, "POST", "/api/v1/scans", {"code": f"TS-{dice.randrange(people):06d}"})
        if not arrived.wait(10):
            raise SystemExit("a scan's event never came")
        if i >= 10:
            samples.append((box["at"] - began) * 1e3)
    return samples


def floor(port, count):
    """The least that a request can take here: a question that touches nothing."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    samples = []
    for _ in range(count):
        began = time.perf_counter()
        client.request("GET", "/healthz")
        client.getresponse().read()
        samples.append((time.perf_counter() - began) * 1e3)
    return samples


def disk_floor(folder, count):
    """What the disk alone takes for one scan's worth of change: 48 KiB written and made safe."""
    samples, block = [], bytes(48 << 10)
    with open(os.path.join(folder, "floor"), "wb", buffering=0) as f:
        for _ in range(count):
            began = time.perf_counter()
            f.write(block)
            os.fdatasync(f.fileno())
            samples.append((time.perf_counter() - began) * 1e3)
    return samples


def searches(port, count):
    client, dice, samples = http.client.HTTPConnection("127.0.0.1", port, timeout=60), random.Random(4), []
    words = ["ann", "kov", "ben", "cos", "har", "moreau", "lien", "nag"]
    for _ in range(count):
        began = time.perf_counter()
        ask(client, "GET", f"/api/v1/customers?q={dice.choice(words)}")
        samples.append((time.perf_counter() - began) * 1e3)
    return samples


def bench_service(build, folder, quick):
    printer, port = Sink(os.path.join(folder, "service.printer")), free_port()
    tap = subprocess.Popen([os.path.join(build, "tillside-tap"), "--listen", f"tcp:127.0.0.1:{port}", "--printer",
                            f"unix:{folder}/service.printer", "--folder", folder, "--control", f"{folder}/service.control"],
                           stderr=subprocess.DEVNULL)
    try:
        return bench_service_beside_its_tap(build, folder, quick)
    finally:
        tap.terminate()
        tap.wait()
        del printer


def bench_service_beside_its_tap(build, folder, quick):
    people = 2000 if quick else 100000
    config, shop = os.path.join(folder, "service.conf"), os.path.join(folder, "people.json")
    with open(config, "w", encoding="utf-8") as f:
        f.write(f"[tap]\nfolder = {folder}\ncontrol = {folder}/service.control\n[web]\nport = 0\n")
    for first_number in range(0, people, PEOPLE_A_FILE):
        many_people(shop, first_number, min(PEOPLE_A_FILE, people - first_number))
        child, _, _ = start_service(build, config, "--shop", shop)
        child.terminate()
        child.wait()
    starts = []
    for _ in range(5 if quick else 20):
        child, took, port = start_service(build, config)
        starts.append(took)
        child.terminate()
        child.wait()
    child, _, port = start_service(build, config)
    try:
        scans = scan_to_event(port, people, 100 if quick else 1000)
        plain, disk = floor(port, 300), disk_floor(folder, 300)
        found = searches(port, 100 if quick else 1000)
        resident, wakes = resident_kb(child.pid), wake_ups(child.pid, 3 if quick else 10)
    finally:
        child.terminate()
        child.wait()
    return {"customers": people, "start_to_ready": summary(starts, "ms"), "scan_to_event": summary(scans, "ms"),
            "plain_request": summary(plain, "ms"), "disk_floor": summary(disk, "ms"), "search_as_one_types": summary(found, "ms"), "resident_kb": resident,
            "idle_wake_ups_per_s": wakes}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default=os.path.join(here, "..", "..", "build", "release"))
    p.add_argument("--quick", action="store_true", help="fewer runs: to see that it works, not to quote")
    a = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="tillside-bench-") as folder:
        result = {"machine": f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}",
                  "tap": bench_tap(a.build, folder, a.quick), "service": bench_service(a.build, folder, a.quick)}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
