"""The tap and its disk: full, stalled, torn, and what is forgotten in time."""
import os
import pathlib
import random
import subprocess
import tempfile
import time

from tap_world import (Control, Printer, Tap, print_until_it_is_done, receipt, run, wait_for)


def a_full_disk_does_not_stop_a_receipt():
    printer = Printer()
    folder = tempfile.mkdtemp(prefix="tap-full-")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", folder], stderr=subprocess.DEVNULL,
                      check=False).returncode:
        print("skipped: no small file system can be mounted here")
        return
    try:
        with Tap(printer.address, folder=folder) as tap:
            filler = os.path.join(folder, "filler")
            with open(filler, "wb", buffering=0) as f:
                try:
                    while True:
                        f.write(b"\0" * 4096)
                except OSError:
                    pass
            receipts = [receipt(i) for i in range(30)]
            live = Control(tap)
            live.say(1)
            for r in receipts:
                print_until_it_is_done(tap, r)
            assert printer.settled() == b"".join(receipts)
            assert "printing goes on" in tap.said()
            control = Control(tap)
            assert not control.status()["flags"] & 2, "the status does not tell"
            tap.kill_worker()
            print_until_it_is_done(tap, b"after a crash")
            os.unlink(filler)
            time.sleep(1.2)
            print_until_it_is_done(tap, b"recorded again")
            end = sum(map(len, receipts)) + len(b"after a crash")
            assert printer.settled()[end:] == b"recorded again"
            assert Control(tap).stream(14, offset=end) == b"recorded again", "offsets did not go on counting"
            assert "recording again" in tap.said()
    finally:
        subprocess.run(["umount", "-l", folder], check=False)
        os.rmdir(folder)


class StallingDisk:
    """The journal's newest segment is a pipe: it takes 64 KiB, and then nobody knows when it takes more."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tap-stall-")
        segment = os.path.join(self.folder, "tap", "0000000001-0000000000000000.journal")
        os.mkdir(os.path.dirname(segment))
        os.mkfifo(segment)
        self.reader = os.open(segment, os.O_RDONLY | os.O_NONBLOCK)
        self.taken = bytearray()

    def take(self):
        """Moves for a moment."""
        try:
            self.taken += os.read(self.reader, 65536)
        except BlockingIOError:
            pass

    def bytes_of_the_pos(self):
        stream, at = b"", 0
        while at + 56 <= len(self.taken):
            kind, length = self.taken[at + 4], int.from_bytes(self.taken[at + 8:at + 12], "little")
            if kind == 1 and at + 56 + length <= len(self.taken):
                stream += self.taken[at + 56:at + 56 + length]
            at += 56 + length
        return stream


def a_disk_that_stalls_does_not_delay_a_receipt_and_gets_all_of_it_later():
    printer = Printer()
    disk = StallingDisk()
    with Tap(printer.address, folder=disk.folder, keeper=False) as tap:
        live = Control(tap)
        live.say(1)
        receipts = [receipt(i) for i in range(120)]
        slowest = 0
        for r in receipts:
            begun = time.monotonic()
            print_until_it_is_done(tap, r)
            slowest = max(slowest, time.monotonic() - begun)
        assert printer.settled() == b"".join(receipts)
        assert slowest < 0.5, slowest
        wait_for(lambda: "the disk does not move" in tap.said(), "a word about the disk")
        heard = b""
        told = 2
        while len(heard) < len(printer.text()) or told:
            f = live.next()
            heard += f["data"] if f["type"] == 5 and not f["flags"] else b""
            told = f["flags"] & 2 if f["type"] == 4 else told
        assert heard == printer.text(), "who follows live does not wait for the disk"

        def has_all():
            disk.take()
            return disk.bytes_of_the_pos() == b"".join(receipts)
        wait_for(has_all, "the disk to have everything")
        wait_for(lambda: "the disk moves again" in tap.said(), "a word about its recovery")


def more_than_fits_while_a_disk_stalls_is_printed_and_leaves_a_gap():
    printer = Printer()
    disk = StallingDisk()
    with Tap(printer.address, folder=disk.folder, keeper=False) as tap:
        data = random.Random(11).randbytes(3000000)
        begun = time.monotonic()
        print_until_it_is_done(tap, data)
        assert time.monotonic() - begun < 8, "a disk that stalls holds the till back"
        assert printer.settled() == data
        assert "too many records wait" in tap.said()

        def is_recording():
            disk.take()
            return Control(tap).status()["flags"] & 2
        wait_for(is_recording, "the status to say that it records again")
        print_until_it_is_done(tap, b"recorded again")

        def has_the_last():
            disk.take()
            return disk.bytes_of_the_pos().endswith(b"recorded again")
        wait_for(has_the_last, "the disk to have what came after the gap")
        kept = disk.bytes_of_the_pos()[:-len(b"recorded again")]
        assert len(kept) > 500000 and data.startswith(kept), len(kept)


def a_torn_tail_is_cut_and_reported():
    printer = Printer()
    tap = Tap(printer.address)
    with tap:
        print_until_it_is_done(tap, receipt(1))
        tap.stop()
        journal = max(pathlib.Path(tap.folder, "tap").glob("*.journal"))
        whole = journal.read_bytes()
        journal.write_bytes(whole + whole[:70])
        tap.log = open(tap.log_path, "ab+")
        tap.start()
        assert "a torn tail of 70 bytes" in tap.said()
        print_until_it_is_done(tap, receipt(2))
        data = receipt(1) + receipt(2)
        assert Control(tap).stream(len(data)) == data


def journal_bytes(tap):
    """A segment may be forgotten while it is looked at."""
    total = 0
    for path in pathlib.Path(tap.folder, "tap").glob("*.journal"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            pass
    return total


def old_segments_are_forgotten_and_the_rest_is_still_there():
    printer = Printer()
    with Tap(printer.address, settings="segment_bytes = 65536\nkeep_bytes = 1048576\n") as tap:
        data = random.Random(9).randbytes(3000000)
        print_until_it_is_done(tap, data)
        tap.stop()
        tap.log = open(tap.log_path, "ab+")
        tap.start()
        wait_for(lambda: journal_bytes(tap) < 1300000,
                 "old segments to be forgotten")
        assert Control(tap).stream(500000, offset=2500000) == data[2500000:]


if __name__ == "__main__":
    run([
        a_full_disk_does_not_stop_a_receipt,
        a_disk_that_stalls_does_not_delay_a_receipt_and_gets_all_of_it_later,
        more_than_fits_while_a_disk_stalls_is_printed_and_leaves_a_gap,
        a_torn_tail_is_cut_and_reported,
        old_segments_are_forgotten_and_the_rest_is_still_there,
    ])
