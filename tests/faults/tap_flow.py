"""What passes through the tap, in good days and bad ones."""
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time

from tap_world import (BROKEN, BUSY, DONE, PATIENCE_S, POS_FASTER, TAP, UNKNOWN, Cable, Control, Pos, Printer, Tap,
                       print_until_it_is_done, receipt, run, wait_for)


def bytes_are_the_same_both_ways():
    chance = random.Random(1)
    question, reply = chance.randbytes(300000), chance.randbytes(200000)
    printer = Printer()
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        pos.send(b"x")
        wait_for(lambda: printer.text() == b"x", "the first byte")
        thread = threading.Thread(target=printer.say, args=(reply,))
        thread.start()
        pos.send(question)
        assert pos.hear(len(reply)) == reply
        thread.join()
        assert pos.end() == b""
        assert printer.settled() == b"x" + question


def two_tills_at_once_are_kept_apart_and_each_hears_its_own_answer():
    printer = Printer(answer=lambda got: bytes(b for b in got if b in b"ABCD"))
    with Tap(printer.address) as tap:
        def sell(mark):
            for i in range(25):
                pos = Pos(tap)
                for piece in (b"<%d " % i, mark, b">"):
                    pos.send(piece)
                    time.sleep(0.002)
                assert pos.hear(1) == mark, mark
                assert pos.end() == b"", mark
        threads = [threading.Thread(target=sell, args=(m,)) for m in (b"A", b"B", b"C", b"D")]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        paper = printer.settled()
        for mark in b"ABCD":
            for i in range(25):
                assert paper.count(b"<%d %c>" % (i, mark)) == 1, (mark, i)
        assert len(paper) == 4 * sum(len(b"<%d A>" % i) for i in range(25))


def an_answer_to_the_last_question_reaches_a_till_that_has_said_its_last_byte():
    def slow_answer(got):
        time.sleep(0.02)
        return bytes(b for b in got if b in b"AB") if b"\x10\x04" in got else b""
    printer = Printer(answer=slow_answer)
    with Tap(printer.address) as tap:
        for _ in range(5):
            first, second = Pos(tap), Pos(tap)
            first.send(b"A\x10\x04\x01")
            first.socket.shutdown(socket.SHUT_WR)
            second.send(b"B\x10\x04\x01")
            second.socket.shutdown(socket.SHUT_WR)
            assert first.hear(2) == b"A"
            assert second.hear(2) == b"B"


def a_silent_till_lets_another_one_print_and_may_speak_again():
    printer = Printer(answer=lambda got: b"!" * got.count(b"?"))
    with Tap(printer.address, settings="turn_quiet_ms = 200\n") as tap:
        first, second = Pos(tap), Pos(tap)
        first.send(b"one?")
        assert first.hear(1) == b"!"
        second.send(b"two?")
        begun = time.monotonic()
        assert second.hear(1) == b"!"
        assert time.monotonic() - begun > 0.1, "the turn was taken away too early"
        first.send(b"three?")
        assert first.hear(1) == b"!"
        assert printer.settled() == b"one?two?three?"


def a_till_that_dies_in_mid_receipt_does_not_stop_the_next_one():
    printer = Printer()
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        pos.send(b"half a rec")
        wait_for(lambda: printer.text() == b"half a rec", "the first half")
        pos.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        pos.close()
        print_until_it_is_done(tap, receipt(1))
        assert printer.settled() == b"half a rec" + receipt(1)


def a_printer_that_was_away_prints_once_what_was_accepted():
    printer = Printer()
    printer.switch_off()
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        pos.send(receipt(1))
        time.sleep(0.2)
        printer.switch_on()
        assert pos.end() == b""
        printer.switch_off()
        pos = Pos(tap)
        pos.send(receipt(2))
        time.sleep(0.2)
        printer.switch_on()
        assert pos.end() == b""
        assert printer.settled() == receipt(1) + receipt(2)


def what_the_kernel_still_had_when_the_printer_vanished_is_sent_again():
    """What the printer's side never acknowledged comes again, from the right byte on, when it is back."""
    printer = Printer(receive_bytes=65536)
    data = random.Random(2).randbytes(6000000)
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        pos.send(b"begin")
        wait_for(lambda: printer.text() == b"begin", "the first bytes")
        printer.reading.clear()
        sender = threading.Thread(target=pos.send, args=(data,))
        sender.start()
        time.sleep(0.5)   # until nothing moves any more
        read = len(printer.settled())
        acknowledged = printer.vanish()
        printer.reading.set()
        printer.switch_on()
        sender.join()
        assert pos.end() == b""
        paper, sent = printer.settled(), b"begin" + data
        assert paper[:read] == sent[:read]
        assert paper[read:] == sent[read + acknowledged:], "the stream goes on at the wrong byte"


def a_pulled_cable_is_noticed_and_a_printer_without_paper_is_waited_for():
    """Neither says a word; but the one without paper has its kernel answer for it."""
    try:
        cable = Cable()
    except OSError:
        print("skipped: no network of its own can be made for the printer here")
        return
    try:
        patient, pulled = Printer(receive_bytes=4096), Printer(cable=cable)
        data = random.Random(12).randbytes(300000)
        with Tap(patient.address) as slow, Tap(pulled.address) as tap:
            patient.reading.clear()
            waiting = Pos(slow)
            sender = threading.Thread(target=waiting.send, args=(data,))
            sender.start()
            pos = Pos(tap)
            pos.send(b"first ")
            wait_for(lambda: pulled.text() == b"first ", "the first bytes")
            cable.pull()
            pos.send(b"second")
            wait_for(lambda: "the printer went away (gone); 6 bytes" in tap.said(), "the tap to notice", 40)
            time.sleep(5)   # the other one was looked at just as often
            cable.plug()
            assert pos.end() == b""
            assert pulled.settled() == b"first second"
            assert "went away" not in slow.said(), slow.said()
            patient.reading.set()
            sender.join()
            assert waiting.end() == b""
            assert patient.settled() == data
    finally:
        cable.remove()


def a_printer_that_does_not_read_holds_the_till_back_and_memory_stays_small():
    printer = Printer()
    printer.reading.clear()
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        pos.socket.settimeout(1)
        sent = 0
        try:
            while sent < 100000000:
                sent += pos.socket.send(b"z" * 65536)
        except TimeoutError:
            pass
        assert sent < 30000000, "nobody held the till back"
        status = pathlib.Path("/proc/%d/status" % tap.worker()).read_text(encoding="ascii")
        resident_kb = int(status.split("VmRSS:")[1].split()[0])
        assert resident_kb < 40000, resident_kb
        printer.reading.set()
        pos.socket.settimeout(PATIENCE_S)
        assert pos.end() == b""
        assert len(printer.settled()) == sent


def a_follower_hears_the_stream_live_and_from_any_offset():
    printer = Printer()
    with Tap(printer.address) as tap:
        data = b"".join(receipt(i) for i in range(40))
        for i in range(20):
            print_until_it_is_done(tap, receipt(i))
        live = Control(tap)
        heard = []
        thread = threading.Thread(target=lambda: heard.append(live.stream(len(data))))
        thread.start()
        for i in range(20, 40):
            print_until_it_is_done(tap, receipt(i))
        thread.join()
        assert heard[0] == data
        assert Control(tap).stream(1000, offset=len(data) - 1000) == data[-1000:]


def a_frozen_service_does_not_slow_a_receipt():
    printer = Printer()
    with Tap(printer.address) as tap:
        data = random.Random(3).randbytes(3000000)
        frozen = Control(tap)
        frozen.say(1)   # follows, and never reads
        begun = time.monotonic()
        print_until_it_is_done(tap, data)
        assert time.monotonic() - begun < 10
        assert printer.settled() == data
        assert Control(tap).stream(len(data)) == data
        got = b""
        while len(got) < len(data):
            f = frozen.next()
            if f["type"] == 5 and not f["flags"]:
                assert f["offset"] == len(got)
                got += f["data"]
        assert got == data, "what the follower missed while it was frozen did not come later"


def an_insertion_is_printed_only_where_the_asker_believes_the_stream_to_be():
    printer = Printer()
    with Tap(printer.address) as tap:
        control = Control(tap)
        pos = Pos(tap)
        pos.send(b"receipt")
        wait_for(lambda: control.status()["to"] == 7, "the receipt")
        assert control.insert(1, 6, b"[too late]") == POS_FASTER
        assert control.insert(2, 7, b"[slip]") == DONE
        assert control.insert(2, 7, b"[slip]") == DONE, "the same answer, and no second slip"
        assert control.insert(1, 7, b"[too late]") == POS_FASTER
        assert control.ask(99) == UNKNOWN
        assert control.insert(99, 7, b"[never]") == UNKNOWN
        pos.send(b"more")
        pos.end()
        assert printer.settled() == b"receipt[slip]more"
        assert Control(tap).stream(11) == b"receiptmore", "an insertion is not part of what the POS said"


def an_insertion_is_refused_while_the_printer_is_away_and_may_be_tried_again():
    printer = Printer()
    printer.switch_off()
    with Tap(printer.address) as tap:
        control = Control(tap)
        assert control.insert(5, 0, b"slip") == BUSY
        printer.switch_on()
        wait_for(lambda: control.status()["flags"] & 1, "the printer")
        assert control.insert(5, 0, b"slip") == DONE
        wait_for(lambda: printer.text() == b"slip", "the slip")


def bytes_that_wait_unread_are_bytes_that_the_pos_has_sent():
    printer = Printer(receive_bytes=4096)
    with Tap(printer.address) as tap:
        printer.reading.clear()
        pos = Pos(tap)
        pos.socket.settimeout(0.5)
        try:
            while True:
                pos.send(b"p" * 65536)
        except TimeoutError:
            pos.socket.settimeout(PATIENCE_S)
        control = Control(tap)
        assert control.insert(8, control.status()["offset"], b"slip") == POS_FASTER
        printer.reading.set()
        pos.end()


def an_insertion_whose_printer_vanishes_is_broken_and_its_rest_is_not_printed():
    printer = Printer(receive_bytes=4096)
    with Tap(printer.address) as tap:
        control = Control(tap)
        print_until_it_is_done(tap, b"before")
        printer.reading.clear()
        control.say(2, 8, 6, b"s" * 190000)
        time.sleep(0.1)
        pos = Pos(tap)
        pos.send(b"held back meanwhile")
        time.sleep(0.3)
        assert control.status()["offset"] == 6, "the POS was heard in the middle of an insertion"
        first = printer.connections[0]
        printer.switch_off()
        printer.reading.set()
        assert control.verdict(8) == BROKEN
        wait_for(lambda: first.fileno() == -1, "the old connection to be read to its end")
        began = len(printer.settled())
        assert 6 < began < 190000
        printer.switch_on()
        pos.end()
        assert printer.settled()[began:] == b"held back meanwhile"
        assert control.insert(8, 25, b"s") == BROKEN, "the same id must not be printed again"


def a_slip_never_lands_inside_a_receipt():
    printer = Printer()
    with Tap(printer.address) as tap:
        is_over = threading.Event()
        results = []

        def insert_at_random():
            control = Control(tap)
            chance = random.Random(4)
            number = 0
            while not is_over.is_set():
                number += 1
                end = control.status()["offset"]
                time.sleep(chance.uniform(0, 0.004))
                results.append((number, control.insert(number, end, b"[[SLIP %d %s]]" % (number, b"s" * chance.randrange(3000)))))
        thread = threading.Thread(target=insert_at_random)
        thread.start()
        receipts = [receipt(i) for i in range(150)]
        for r in receipts:
            pos = Pos(tap)
            pos.send(r)   # in one piece: whatever of it is unread is seen by the tap
            pos.end()
            time.sleep(0.002)
        is_over.set()
        thread.join()
        paper = printer.settled()
        for r in receipts:
            assert paper.count(r) == 1, "a receipt was torn"
        done = [n for n, verdict in results if verdict == DONE]
        assert len(done) > 10 and len(done) < len(results), (len(done), len(results))
        for n, verdict in results:
            assert paper.count(b"[[SLIP %d " % n) == (1 if verdict == DONE else 0), (n, verdict)


def an_insertion_goes_on_when_the_worker_is_killed_in_the_middle():
    printer = Printer(receive_bytes=4096)
    slip = b"<" + random.Random(6).randbytes(190000) + b">"
    with Tap(printer.address) as tap:
        print_until_it_is_done(tap, b"receipt")
        for number in range(1, 6):
            printer.reading.clear()
            control = Control(tap)
            control.say(2, number, 7, slip)
            time.sleep(0.02 * number)
            tap.kill_worker()
            printer.reading.set()
            wait_for(tap.can_connect, "the next worker")
            again = Control(tap)
            assert again.insert(number, 7, slip) in (DONE, BUSY)
        wait_for(lambda: printer.text().endswith(b">"), "the last slip")
        rest = printer.settled()[7:]
        assert rest == slip * (len(rest) // len(slip)), "a slip was torn or mixed"


def a_second_instance_says_so():
    printer = Printer()
    with Tap(printer.address) as tap:
        second = subprocess.run([TAP, "--config", tap.config], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert second.returncode == 1
        assert "another tillside-tap works in this folder" in second.stderr, second.stderr
        print_until_it_is_done(tap, b"undisturbed")
        assert printer.settled() == b"undisturbed"


def a_wrong_key_is_named_with_its_line():
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "tap.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.write("[web]\nport = 1\n[tap]\nprinter = tcp:127.0.0.1:9\nturn_quite_ms = 5\n")
        tap = subprocess.run([TAP, "--config", config], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert tap.returncode == 1
        assert "tap.conf:5:" in tap.stderr and "turn_quite_ms" in tap.stderr, tap.stderr


def a_till_on_a_terminal_is_always_there():
    printer = Printer(answer=lambda got: b"!" * got.count(b"?"))
    folder = tempfile.mkdtemp(prefix="tap-pty-")
    line = os.path.join(folder, "pos")
    with Tap(printer.address, folder=folder, listen=["pty:%s?make" % line]) as tap:
        wait_for(lambda: os.path.exists(line), "the terminal")
        fd = os.open(line, os.O_RDWR | os.O_NOCTTY)
        os.write(fd, receipt(3) + b"?")
        assert os.read(fd, 1) == b"!"
        os.close(fd)
        fd = os.open(line, os.O_RDWR | os.O_NOCTTY)
        os.write(fd, b"again?")
        assert os.read(fd, 1) == b"!"
        os.close(fd)
        wait_for(lambda: printer.text() == receipt(3) + b"?again?", "all that was said on the line")


def a_stop_is_clean():
    printer = Printer()
    tap = Tap(printer.address)
    print_until_it_is_done(tap, receipt(1))
    os.kill(tap.process.pid, signal.SIGINT)
    assert tap.process.wait(PATIENCE_S) == 0
    assert not os.path.exists(os.path.join(tap.folder, "tap", "keeper"))
    assert not any(path.is_symlink() for path in pathlib.Path(tap.folder, "tap").iterdir()), "shared memory is left behind"
    tap.remove()


def what_waits_for_an_absent_printer_outlives_an_orderly_stop():
    printer = Printer()
    printer.switch_off()
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        pos.send(receipt(1))
        pos.socket.shutdown(socket.SHUT_WR)
        wait_for(lambda: Control(tap).status()["offset"] == len(receipt(1)), "the receipt to be accepted")
        tap.stop()
        tap.log = open(tap.log_path, "ab+")
        tap.start()
        printer.switch_on()
        wait_for(lambda: printer.text() == receipt(1), "the receipt")


if __name__ == "__main__":
    run([
        bytes_are_the_same_both_ways,
        two_tills_at_once_are_kept_apart_and_each_hears_its_own_answer,
        an_answer_to_the_last_question_reaches_a_till_that_has_said_its_last_byte,
        a_silent_till_lets_another_one_print_and_may_speak_again,
        a_till_that_dies_in_mid_receipt_does_not_stop_the_next_one,
        a_printer_that_was_away_prints_once_what_was_accepted,
        what_the_kernel_still_had_when_the_printer_vanished_is_sent_again,
        a_pulled_cable_is_noticed_and_a_printer_without_paper_is_waited_for,
        a_printer_that_does_not_read_holds_the_till_back_and_memory_stays_small,
        a_follower_hears_the_stream_live_and_from_any_offset,
        a_frozen_service_does_not_slow_a_receipt,
        an_insertion_is_printed_only_where_the_asker_believes_the_stream_to_be,
        an_insertion_is_refused_while_the_printer_is_away_and_may_be_tried_again,
        bytes_that_wait_unread_are_bytes_that_the_pos_has_sent,
        an_insertion_whose_printer_vanishes_is_broken_and_its_rest_is_not_printed,
        a_slip_never_lands_inside_a_receipt,
        an_insertion_goes_on_when_the_worker_is_killed_in_the_middle,
        a_second_instance_says_so,
        a_wrong_key_is_named_with_its_line,
        a_till_on_a_terminal_is_always_there,
        a_stop_is_clean,
        what_waits_for_an_absent_printer_outlives_an_orderly_stop,
    ])
