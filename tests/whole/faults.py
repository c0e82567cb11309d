#!/usr/bin/env python3
"""What must not go wrong when something does: kill -9, bad settings, a second one, a newer store."""
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from stage import BUILD, Stage, receipt, until

HUNDRED = 100


class Killed(unittest.TestCase):
    """Every round is seeded, and says its seed."""

    def serve(self, stage, stream, pace):
        time.sleep(pace.uniform(0, 0.15))   # customers come one after the other
        return stage.send_until_taken(stream)

    def run_hundred(self, victim, slips):
        seed = int(os.environ.get("TILLSIDE_SEED", "0")) or random.randrange(1 << 30)
        print(f"seed {seed}", flush=True)
        dice, pace = random.Random(seed), random.Random(seed + 1)
        with Stage(slips=slips) as stage:
            stage.start_all()
            done = threading.Event()
            kills = []

            def reaper():
                while not done.wait(dice.uniform(0.02, 0.25)):
                    stage.kill(victim)
                    kills.append(time.monotonic())
                    (stage.start_service if victim == "tillsided" else stage.start_tap)()
            sent = [receipt(f"K-{n:04d}", 1500 + n, minute=n) for n in range(HUNDRED)]
            thread = threading.Thread(target=reaper)
            thread.start()
            try:
                tries = [self.serve(stage, s, pace) for s in sent]
            finally:
                done.set()
                thread.join()
            self.assertGreater(len(kills), 5, "the victim was hardly ever killed")
            until(lambda: len(stage.receipts()) == HUNDRED, 40)
            until(lambda: stage.raw().count(b"\x1dV\x00") >= HUNDRED, 20)
            return stage.raw(), sent, tries, stage.receipts()

    def test_the_service_may_die_at_any_moment(self):
        raw, sent, _, kept = self.run_hundred("tillsided", "when-asked")
        self.assertEqual(raw, b"".join(sent), "the paper holds what the POS sent, byte for byte")
        self.assertEqual(sorted(r["receipt_no"] for r in kept), [f"K-{n:04d}" for n in range(HUNDRED)])

    def test_the_service_may_die_while_it_prints_slips(self):
        raw, sent, _, kept = self.run_hundred("tillsided", "after-receipt")
        at = 0
        for stream in sent:
            found = raw.find(stream, at)
            self.assertGreaterEqual(found, 0, "a receipt is whole, with slips only before and after it")
            at = found + len(stream)
        self.assertEqual(len(kept), HUNDRED)

    def test_the_tap_may_die_at_any_moment(self):
        raw, sent, tries, kept = self.run_hundred("tillside-tap", "when-asked")
        for stream, tried in zip(sent, tries):
            whole = raw.count(stream)
            self.assertGreaterEqual(whole, 1, "every receipt is on paper in full")
            if tried == 1:
                self.assertEqual(whole, 1, "none that was complete is repeated")
            self.assertLessEqual(whole, tried)
        self.assertEqual(len(kept), HUNDRED)


class SmallDisk:
    """A file system of its own, a few megabytes small."""

    def __init__(self, mebibytes):
        self.folder = tempfile.mkdtemp(prefix="tillside-disk-")
        self.is_mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tillside", self.folder],
                                         capture_output=True).returncode == 0

    def fill(self):
        with open(os.path.join(self.folder, "filler"), "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        os.unlink(os.path.join(self.folder, "filler"))

    def close(self):
        subprocess.run(["umount", "-l", self.folder], check=False)
        os.rmdir(self.folder)


class Full(unittest.TestCase):
    def setUp(self):
        self.disk = SmallDisk(8)
        self.addCleanup(self.disk.close)
        if not self.disk.is_mounted:
            self.skipTest("a small disk cannot be mounted here")

    def test_receipts_print_while_the_store_is_full_and_are_read_when_it_is_not(self):
        with Stage(settings=f"[store]\nfile = {self.disk.folder}/shop.db\n") as stage:
            stage.start_all()
            stage.send(receipt("D-0"))
            until(lambda: len(stage.receipts()) == 1)
            self.disk.fill()
            sent = [receipt(f"D-{n}", 2000 + n, minute=n, lines=[("Ring cleaning, with a very long story " * 20, 2000 + n)]) for n in range(1, 30)]
            for stream in sent:
                self.assertTrue(stage.send(stream))
            until(lambda: stage.raw().endswith(b"".join(sent)))
            health = until(lambda: (h := stage.get("/healthz"))["status"] == "degraded" and h)
            self.assertIn("disk", health["wrong"])
            self.disk.free()
            until(lambda: len(stage.receipts()) == 30, 40)
            until(lambda: stage.get("/healthz")["status"] == "ok")

    def test_receipts_print_while_the_journal_is_full_and_the_page_says_so(self):
        with Stage() as stage:
            folder = os.path.join(self.disk.folder, "state")
            os.mkdir(folder)
            with open(stage.config, encoding="utf-8") as f:
                text = f.read().replace(f"folder = {stage.folder}\n", f"folder = {folder}\n")
            with open(stage.config, "w", encoding="utf-8") as f:
                f.write(text + f"[store]\nfile = {stage.path('tillside.db')}\n")
            stage.start_all()
            self.disk.fill()
            sent = [receipt(f"J-{n}", 2000 + n, minute=n) for n in range(20)]
            for stream in sent:
                self.assertTrue(stage.send(stream))
            until(lambda: stage.raw() == b"".join(sent))
            until(lambda: stage.current()["status"]["journal"] == "stopped")
            self.assertIn("disk", stage.get("/healthz")["wrong"])
            self.disk.free()
            until(lambda: stage.send(receipt("J-99")) and stage.current()["status"]["journal"] == "writing", 20, 0.5)


class Refused(unittest.TestCase):
    def run_once(self, program, stage):
        return subprocess.run([os.path.join(BUILD, program), "--config", stage.config], capture_output=True, text=True, timeout=20)

    def test_a_first_start_makes_the_users_state_folder(self):
        with Stage() as stage:
            home = stage.path("home")
            os.mkdir(home)
            places = ("XDG_STATE_HOME", "STATE_DIRECTORY")
            environment = {**{name: value for name, value in os.environ.items() if name not in places}, "HOME": home}
            with open(stage.path("port.conf"), "w", encoding="utf-8") as f:
                f.write("[web]\nport = 0\n")
            service = subprocess.Popen([os.path.join(BUILD, "tillsided"), "--config", stage.path("port.conf")], env=environment,
                                       stdout=subprocess.PIPE, text=True)
            try:
                self.assertIn("ready", service.stdout.readline())
            finally:
                service.terminate()
                service.communicate()
            folder = os.path.join(home, ".local/state/tillside")
            self.assertTrue(os.path.exists(os.path.join(folder, "tillside.db")))
            self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)

    def test_a_wrong_key_is_named_with_its_line(self):
        for program, section, key in (("tillsided", "web", "prot"), ("tillside-tap", "tap", "lisen")):
            with self.subTest(program=program), Stage() as stage:
                with open(stage.config, "a", encoding="utf-8") as f:
                    f.write(f"[{section}]\n{key} = 1\n")
                with open(stage.config, encoding="utf-8") as f:
                    line = len(f.readlines())
                ended = self.run_once(program, stage)
                self.assertNotEqual(ended.returncode, 0)
                self.assertIn(f"{stage.config}:{line}:", ended.stderr)
                self.assertIn(key, ended.stderr)

    def test_a_second_one_on_the_same_folder_is_refused(self):
        with Stage() as stage:
            stage.start_all()
            for program in ("tillsided", "tillside-tap"):
                ended = self.run_once(program, stage)
                self.assertEqual(ended.returncode, 1, program)
                self.assertRegex(ended.stderr.lower(), "already|another", program)
            self.assertTrue(stage.send(receipt("R-1")))
            until(lambda: len(stage.receipts()) == 1)

    def test_a_store_of_a_newer_version_is_left_untouched(self):
        with Stage() as stage:
            stage.start_all()
            stage.stop("tillsided")
            path = stage.path("tillside.db")
            with sqlite3.connect(path) as db:
                db.execute("pragma user_version = 9999")
            db.close()
            for leftover in ("-wal", "-shm"):
                if os.path.exists(path + leftover):
                    os.unlink(path + leftover)
            with open(path, "rb") as f:
                before = f.read()
            ended = self.run_once("tillsided", stage)
            self.assertEqual(ended.returncode, 1)
            self.assertIn("newer", ended.stderr)
            with open(path, "rb") as f:
                self.assertEqual(f.read(), before)
            self.assertFalse(os.path.exists(path + "-wal"))
            self.assertTrue(stage.send(receipt("R-1")), "receipts print all the same")

    def test_rubbish_from_a_pos_reaches_the_printer_and_hurts_nobody(self):
        dice = random.Random(5)
        with Stage() as stage:
            stage.start_all()
            junk = [bytes(dice.randrange(256) for _ in range(dice.randrange(1, 3000))) for _ in range(30)]
            for stream in junk:
                self.assertTrue(stage.send(stream))
            whole = receipt("R-9")
            self.assertTrue(stage.send(whole[:120]), "a POS that dies in the middle")
            self.assertTrue(stage.send(b"\x00" * 9000 + whole))
            until(lambda: stage.raw().endswith(whole))
            self.assertTrue(stage.raw().startswith(b"".join(junk)))
            self.assertIsNone(stage.running["tillsided"].poll())
            self.assertEqual(stage.call("GET", "/healthz")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
