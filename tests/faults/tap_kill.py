"""kill -9 of the tap at random moments, over a hundred receipts."""
import random
import threading
import time

from tap_world import Control, Pos, Printer, Tap, print_until_it_is_done, receipt, run, wait_for

RECEIPTS = 100


def kill_now_and_then(kill, is_over, chance):
    while not is_over.is_set():
        time.sleep(chance.uniform(0.0, 0.25))
        if not is_over.is_set():
            kill()


def under_fire(kill, work):
    """Runs work() while kill() strikes; returns how often it did."""
    is_over = threading.Event()
    strikes = []

    def strike():
        strikes.append(1)
        kill()

    thread = threading.Thread(target=kill_now_and_then, args=(strike, is_over, random.Random(7)))
    thread.start()
    try:
        work()
    finally:
        is_over.set()
        thread.join()
    return len(strikes)


def a_killed_worker_is_invisible_to_the_pos():
    printer = Printer()
    receipts = [receipt(i) for i in range(RECEIPTS)]
    with Tap(printer.address) as tap:
        def work():
            for r in receipts:
                pos = Pos(tap)
                for at in range(0, len(r), 700):
                    pos.send(r[at:at + 700])
                    time.sleep(0.001)
                pos.end()
        strikes = under_fire(tap.kill_worker, work)
        assert strikes > 5, strikes
        wait_for(lambda: len(printer.text()) >= sum(map(len, receipts)), "the paper")
        assert printer.settled() == b"".join(receipts), "the paper is not what the POS sent"
        assert Control(tap).stream(len(printer.text())) == printer.text(), "the journal is not what the POS sent"


def a_long_connection_outlives_killed_workers_and_hears_its_answers():
    printer = Printer(answer=lambda got: b"\x16" * got.count(b"\x10\x04\x01"))
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        sent = []

        def work():
            for i in range(RECEIPTS):
                pos.send(receipt(i))
                pos.send(b"\x10\x04\x01")
                sent.append(receipt(i) + b"\x10\x04\x01")
                assert pos.hear(1) == b"\x16"
        strikes = under_fire(tap.kill_worker, work)
        assert strikes > 2, strikes
        assert pos.end() == b""
        assert printer.settled() == b"".join(sent)
        assert Control(tap).stream(len(printer.text())) == printer.text()


def bytes_that_wait_for_an_absent_printer_outlive_a_killed_worker():
    printer = Printer()
    printer.switch_off()
    with Tap(printer.address) as tap:
        pos = Pos(tap)
        pos.send(receipt(1))
        for _ in range(3):
            time.sleep(0.1)
            tap.kill_worker()
        pos.send(receipt(2))
        printer.switch_on()
        assert pos.end() == b""
        assert printer.settled() == receipt(1) + receipt(2)


def when_all_of_the_tap_is_killed_every_receipt_is_printed_in_full_by_a_pos_that_sends_again():
    printer = Printer()
    receipts = [receipt(i) for i in range(RECEIPTS)]
    tap = Tap(printer.address)
    with tap:
        def kill_and_start():
            tap.kill()
            tap.start(wait=False)
            time.sleep(0.05)

        def work():
            for r in receipts:
                print_until_it_is_done(tap, r, piece_bytes=700)
        strikes = under_fire(kill_and_start, work)
        assert strikes > 5, strikes
        paper = printer.settled()
        at = 0
        for i, r in enumerate(receipts):
            found = paper.find(r, at)
            assert found >= 0, "receipt %d is not on paper in full" % i
            at = found + len(r)


def a_pos_sees_the_death_of_the_tap_as_a_break_and_not_as_an_end():
    printer = Printer()
    tap = Tap(printer.address)
    with tap:
        pos = Pos(tap)
        pos.send(b"the first half")
        wait_for(lambda: printer.text() == b"the first half", "the printer")
        tap.kill()
        try:
            pos.hear(1)
        except ConnectionResetError:
            return
        raise AssertionError("this looked like a clean end")


def what_was_accepted_for_an_absent_printer_is_printed_once_after_all_was_killed():
    printer = Printer()
    printer.switch_off()
    tap = Tap(printer.address)
    with tap:
        pos = Pos(tap)
        pos.send(receipt(5))
        time.sleep(0.3)
        tap.kill()
        tap.start()
        printer.switch_on()
        wait_for(lambda: len(printer.text()) >= len(receipt(5)), "the paper")
        print_until_it_is_done(tap, b"next")
        assert printer.settled() == receipt(5) + b"next"


if __name__ == "__main__":
    run([
        a_killed_worker_is_invisible_to_the_pos,
        a_long_connection_outlives_killed_workers_and_hears_its_answers,
        bytes_that_wait_for_an_absent_printer_outlive_a_killed_worker,
        a_pos_sees_the_death_of_the_tap_as_a_break_and_not_as_an_end,
        what_was_accepted_for_an_absent_printer_is_printed_once_after_all_was_killed,
        when_all_of_the_tap_is_killed_every_receipt_is_printed_in_full_by_a_pos_that_sends_again,
    ])
