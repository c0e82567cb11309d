#!/usr/bin/env python3
"""The command `tillside decode` as a user meets it: its output, its options, its exit codes.

    command.py TILLSIDE
"""
import json
import random
import subprocess
import sys
import tempfile
import unittest

TILLSIDE = sys.argv.pop(1)
RECEIPT = (b"\x1b@\x1ba\x01Corner Shop\n\x1ba\x00Tea         2.50\nTOTAL       2.50\n"
           b"\x1d(k\x0c\x001P0https://x\x1d(k\x03\x001Q0\x1dv0\x00\x01\x00\x02\x00\xff\x81\x1dV\x00\x1bp\x00\x19\xfa"
           b"\x1b@second\n")


def run(*arguments, data=None):
    return subprocess.run([TILLSIDE, *arguments], input=data, capture_output=True, timeout=60)


def jobs_of(data, *options):
    done = run("decode", *options, "-", data=data)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


class Decode(unittest.TestCase):
    def test_each_job_is_one_line_of_json(self):
        first, second = jobs_of(RECEIPT)
        self.assertEqual(first["job"], 1)
        self.assertEqual(first["bytes"], [0, RECEIPT.rindex(b"\x1b@")])
        self.assertEqual(first["dialect"], "escpos")
        self.assertEqual(first["lines"], ["Corner Shop", "Tea         2.50", "TOTAL       2.50"])
        self.assertEqual(first["codes"], [{"type": "QR", "data": "https://x"}])
        self.assertEqual(first["images"], [{"w": 8, "h": 2}])
        self.assertIs(first["cut"], True)
        self.assertEqual(first["drawer"], 1)
        self.assertEqual([r["total_minor"] for r in first["receipts"]], [250])
        self.assertTrue(0 < first["receipts"][0]["confidence"] <= 1)
        self.assertEqual(second["job"], 2)
        self.assertEqual(second["bytes"], [RECEIPT.rindex(b"\x1b@"), len(RECEIPT)])
        self.assertIs(second["cut"], False)
        self.assertEqual(second["receipts"], [])

    def test_a_file_reads_like_standard_input(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(RECEIPT)
            file.flush()
            self.assertEqual(run("decode", file.name).stdout, run("decode", "-", data=RECEIPT).stdout)

    def test_text_is_the_lines_only(self):
        done = run("decode", "--text", "-", data=RECEIPT)
        self.assertEqual(done.stdout, b"Corner Shop\nTea         2.50\nTOTAL       2.50\n\nsecond\n")

    def test_card_numbers_are_shown_to_nobody(self):
        data = b"Ring 15.00\nVISA 4111 1111 1111 1111\n\x1dV\x00"
        self.assertEqual(jobs_of(data)[0]["lines"], ["Ring 15.00", "VISA **** **** **** 1111"])
        self.assertEqual(run("decode", "--text", "-", data=data).stdout, b"Ring 15.00\nVISA **** **** **** 1111\n")

    def test_dialect_and_charset_can_be_told(self):
        (job,) = jobs_of(b"\x1bEbold\x1bF\n\x1bd\x01", "--dialect", "star")
        self.assertEqual((job["dialect"], job["lines"], job["cut"]), ("star", ["bold"], True))
        (job,) = jobs_of("합계 5,000\n".encode("euc-kr"), "--charset", "EUC-KR")
        self.assertEqual(job["lines"], ["합계 5,000"])

    def test_a_code_may_hold_any_byte(self):
        (job,) = jobs_of(b"\x1d(k\x08\x001P0a\x00\"\\\x07\x1d(k\x03\x001Q0")
        self.assertEqual(job["codes"], [{"type": "QR", "data": "a\0\"\\\x07"}])

    def test_nothing_printed_is_no_job(self):
        self.assertEqual(jobs_of(b""), [])
        self.assertEqual(jobs_of(b"\x1b@\x10\x04\x01\x1bp\x00\x19\xfa\x1dV\x00" + bytes(8192)), [])

    def test_wrong_use_says_what_is_wrong(self):
        for arguments, word in ((["decode", "--dialect", "epsom", "-"], b"epsom"), (["decode", "--charset", "no-such", "-"], b"no-such"),
                                (["decode"], b"usage"), (["decode", "a", "b"], b"usage"), (["encode"], b"encode"), ([], b"usage")):
            done = run(*arguments, data=b"")
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(word, done.stderr)
            self.assertEqual(done.stdout, b"")

    def test_a_file_that_is_not_there_is_named(self):
        done = run("decode", "/no/such/file")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"/no/such/file", done.stderr)

    def test_a_folder_is_no_stream(self):
        self.assertEqual(run("decode", "/").returncode, 1)

    def test_help_and_version(self):
        for arguments in (["--help"], ["--version"], ["decode", "--help"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(b"tillside", done.stdout)

    def test_any_bytes_come_to_an_end(self):
        chance = random.Random(1)
        for size in (1, 17, 300, 5000, 70000):
            for _ in range(4):
                noise = chance.randbytes(size)
                jobs_of(noise)
                jobs_of(bytes(chance.choice(b"\x1b\x1d\x1c\x10(kvL*V0123\n\x00\xff\xe2\x82") for _ in range(size)))

    def test_a_stream_that_breaks_off_gives_what_was_there(self):
        for end in range(1, len(RECEIPT)):
            jobs = jobs_of(RECEIPT[:end]) if end % 7 == 0 else []
            for job in jobs:
                self.assertLessEqual(job["bytes"][1], end)


unittest.main()
