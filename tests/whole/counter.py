#!/usr/bin/env python3
"""A morning at the counter, on real processes: tap, read, recognise, prompt, thank."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from stage import Events, Stage, receipt, until


class Counter(unittest.TestCase):
    def setUp(self):
        self.stage = Stage(slips="after-receipt")
        self.stage.start_all()
        self.addCleanup(self.stage.close)

    def add(self, name, card=None, **more):
        body = {"name": name, **more}
        if card:
            body["identifiers"] = [{"kind": "card", "value": card}]
        return self.stage.post("/api/v1/customers", body)

    def test_a_scan_opens_a_visit_and_the_page_hears_of_it(self):
        anna = self.add("Anna Kovács", "TS-0001", say_as="KO-vahtch")
        events = Events(self.stage)
        self.assertEqual(self.stage.device("scan TS-0001").split()[0], "ok")
        told = events.wait("visit-changed")
        self.assertEqual(told["detail"]["customer"]["name"], "Anna Kovács")
        self.assertEqual(told["customer"], anna["id"])
        self.assertEqual(self.stage.visit()["customer"]["say_as"], "KO-vahtch")

    def test_a_receipt_joins_the_open_visit_and_the_slip_follows_it_on_the_paper(self):
        self.add("Anna Kovács", "TS-0001")
        self.stage.post("/api/v1/scans", {"code": "TS-0001"})
        sent = receipt("R-1")
        self.assertTrue(self.stage.send(sent))
        visit = until(lambda: (v := self.stage.visit()) and v["slip"] and v["slip"]["state"] == "printed" and v)
        self.assertEqual(visit["customer"]["name"], "Anna Kovács")
        self.assertEqual([r["receipt_no"] for r in visit["receipts"]], ["R-1"])
        self.assertEqual(visit["receipts"][0]["total_minor"], 1950)
        raw = self.stage.raw()
        self.assertTrue(raw.startswith(sent), "the receipt stands first, byte for byte")
        self.assertGreater(len(raw), len(sent) + 100, "the slip stands after it")
        self.assertNotIn(b"\x1b@", raw[len(sent):], "a slip never resets the printer")

    def test_a_walk_in_is_thanked_too_and_can_be_named_later(self):
        self.assertTrue(self.stage.send(receipt("R-2", 2400)))
        visit = until(lambda: (v := self.stage.visit()) and v["slip"] and v["slip"]["state"] == "printed" and v)
        self.assertIsNone(visit["customer"])
        self.assertEqual(visit["opened_by"], "receipt")
        self.stage.post(f"/api/v1/visits/{visit['id']}/close", {})
        self.assertIsNone(self.stage.visit())
        unjoined = self.stage.current()["unjoined"]
        self.assertEqual([r["receipt_no"] for r in unjoined], ["R-2"])
        tom = self.add("Tom")
        named = self.stage.post(f"/api/v1/receipts/{unjoined[0]['id']}/customer", {"customer": tom["id"]})
        self.assertEqual(named["customer_name"], "Tom")
        self.assertEqual(self.stage.current()["unjoined"], [])

    def test_the_same_receipt_printed_again_is_one_purchase(self):
        self.stage.send(receipt("R-3"))
        until(lambda: len(self.stage.receipts()) == 1)
        self.stage.send(receipt("R-3"))
        until(lambda: self.stage.receipts()[0]["times_printed"] == 2)
        self.assertEqual(len(self.stage.receipts()), 1)

    def test_two_receipts_of_two_people_are_two_visits(self):
        self.stage.send(receipt("R-4"))
        first = until(lambda: (v := self.stage.visit()) and v["slip"] and v["slip"]["state"] == "printed" and v)
        self.stage.send(receipt("R-5", 3000))
        second = until(lambda: (v := self.stage.visit()) and v["id"] != first["id"] and v["receipts"] and v)
        self.assertEqual([r["receipt_no"] for r in second["receipts"]], ["R-5"])

    def test_what_was_said_is_remembered_and_changes_what_comes_next(self):
        ben = self.add("Ben Adeyemi", "TS-0009", promises=[{"what": "call when the clasp is mended", "due": "2020-01-01"}])
        self.stage.post("/api/v1/scans", {"code": "TS-0009"})
        prompts = self.stage.visit()["prompts"]
        self.assertTrue(1 <= len(prompts) <= 3, prompts)
        owed = next(p for p in prompts if p["accent"] == "owe")
        self.assertIn("clasp", owed["text"])
        answered = self.stage.post(f"/api/v1/prompts/{owed['id']}/answer", {"answer": "said"})
        self.assertEqual(next(p for p in answered["prompts"] if p["id"] == owed["id"])["answer"], "said")
        visit = self.stage.visit()
        self.stage.post(f"/api/v1/visits/{visit['id']}/close", {})
        self.stage.post("/api/v1/visits", {"customer": ben["id"]})
        self.assertNotIn(owed["text"], [p["text"] for p in self.stage.visit()["prompts"]])

    def test_cards_are_masked_before_anything_is_stored(self):
        lines = [("Ring cleaning", 1500), ("Gift box, small", 450)]
        stream = receipt("R-6", lines=lines).replace(b"Thank you", b"PAN 4111 1111 1111 1111")
        self.stage.send(stream)
        until(lambda: len(self.stage.receipts()) == 1)
        self.stage.stop("tillsided")
        with open(self.stage.path("tillside.db"), "rb") as f:
            stored = f.read()
        self.assertNotIn(b"4111 1111 1111 1111", stored)
        self.assertNotIn(b"4111111111111111", stored)
        self.stage.start_service()

    def test_a_slip_can_be_changed_before_it_prints_and_is_seen_as_it_will(self):
        self.stage.stop("tillsided")
        self.stage.configure("when-asked", "")
        self.stage.start_service()
        self.add("Anna Kovács", "TS-0001")
        self.stage.post("/api/v1/scans", {"code": "TS-0001"})
        visit = self.stage.visit()
        slip = visit["slip"]
        self.assertEqual(slip["state"], "draft")
        status, first = self.stage.call("GET", slip["picture"])
        self.assertEqual((status, first[:8]), (200, b"\x89PNG\r\n\x1a\n"))
        edited = self.stage.post(f"/api/v1/slips/{slip['id']}", {"values": {"hand": "Bravo for Sunday, Anna!"}}, "PATCH")
        self.assertEqual(edited["values"]["hand"], "Bravo for Sunday, Anna!")
        status, second = self.stage.call("GET", edited["picture"])
        self.assertNotEqual(first, second)
        self.stage.post("/api/v1/slips", {"visit": visit["id"]})
        until(lambda: self.stage.get(f"/api/v1/slips/{slip['id']}")["state"] == "printed")
        self.assertGreater(len(self.stage.raw()), 100)

    def test_one_customers_page_changes_nothing_of_another(self):
        anna = self.add("Anna", "TS-0001", facts=[{"key": "likes", "value": "opals"}], promises=[{"what": "a call", "due": "2030-01-01"}])
        ben = self.add("Ben")
        cleo = self.add("Cleo")
        anna = self.stage.post(f"/api/v1/customers/{anna['id']}", {"ties": [{"word": "friend of", "other": cleo["id"], "back_word": "friend of"}]}, "PATCH")
        fact = next(f for f in anna["facts"] if f["key"] == "likes")
        for change in ({"retract": [fact["id"]]}, {"untie": [anna["ties"][0]["id"]]}, {"unlink": [anna["identifiers"][0]["id"]]},
                       {"promises": [{"id": anna["promises"][0]["id"], "state": "kept"}]}):
            self.assertEqual(self.stage.call("PATCH", f"/api/v1/customers/{ben['id']}", change)[0], 404, change)
            self.assertEqual(self.stage.call("PATCH", f"/api/v1/customers/{anna['id']}", change)[0], 200, change)

    def test_strangers_receipts_do_not_join_whoever_was_named_when_slips_are_only_printed_when_asked(self):
        self.stage.stop("tillsided")
        self.stage.configure("when-asked", "")
        self.stage.start_service()
        self.add("Anna Kovács", "TS-0001")
        self.stage.post("/api/v1/scans", {"code": "TS-0001"})
        self.stage.send(receipt("R-1"))
        until(lambda: self.stage.visit()["receipts"])
        self.stage.send(receipt("R-2", 3000, minute=5))
        visit = until(lambda: (v := self.stage.visit()) and v["receipts"][0]["receipt_no"] == "R-2" and v)
        self.assertIsNone(visit["customer"])
        self.assertEqual(len(visit["receipts"]), 1)

    def test_a_broken_rule_is_named_with_its_line_and_left_out(self):
        self.stage.stop("tillsided")
        os.mkdir(self.stage.path("rules"))
        with open(self.stage.path("rules/mine.sql"), "w", encoding="utf-8") as f:
            f.write("-- rule: mine\n-- accent: say\n-- warmth: 50\n-- sentence: Hello\n-- why: because\nSELECT nothing FROM nowhere\n")
        self.stage.configure("when-asked", f"[store]\nrules = {self.stage.path('rules')}\n")
        self.stage.start_service()
        self.assertRegex(self.stage.log("tillsided"), r"mine\.sql:\d+: .*left out")
        until(lambda: self.stage.get("/healthz")["status"] == "ok")

    def test_what_staff_wrote_on_a_slip_stays_and_the_rest_is_made_anew(self):
        self.stage.stop("tillsided")
        self.stage.configure("when-asked", "[shop]\nname = Corner Shop\n")
        self.stage.start_service()
        self.stage.post("/api/v1/visits", {"customer": None})
        slip = self.stage.visit()["slip"]
        self.stage.post(f"/api/v1/slips/{slip['id']}", {"values": {"hand": "Bravo!", "shop": ""}}, "PATCH")
        tom = self.add("Tom")
        self.stage.post(f"/api/v1/visits/{self.stage.visit()['id']}/customer", {"customer": tom["id"]})
        values = self.stage.visit()["slip"]["values"]
        self.assertEqual(values, {"hand": "Bravo!", "name": "Tom"})

    def test_after_a_restart_the_counter_is_as_it_was(self):
        self.add("Anna Kovács", "TS-0001")
        self.stage.post("/api/v1/scans", {"code": "TS-0001"})
        before = self.stage.visit()
        self.stage.kill("tillsided")
        self.stage.send(receipt("R-7"))
        self.stage.start_service()
        after = until(lambda: (v := self.stage.visit()) and v["receipts"] and v)
        self.assertEqual(after["id"], before["id"])
        self.assertEqual(after["receipts"][0]["receipt_no"], "R-7")

    def test_search_finds_any_word_of_a_name_without_accents(self):
        self.add("Anna Kovács")
        self.add("Zoë Öztürk")
        names = lambda q: [c["name"] for c in self.stage.get("/api/v1/customers?q=" + q)["customers"]]
        self.assertEqual(names("kov"), ["Anna Kovács"])
        self.assertEqual(names("ozt"), ["Zoë Öztürk"])
        self.assertEqual(names("nobody"), [])

    def test_a_page_that_was_away_hears_what_it_missed(self):
        self.add("Anna Kovács", "TS-0001")
        events = Events(self.stage)
        self.stage.post("/api/v1/scans", {"code": "nothing"})
        events.wait("code-scanned")
        last = events.last_id
        events.connection.sock and events.connection.sock.close()
        self.stage.post("/api/v1/scans", {"code": "TS-0001"})
        again = Events(self.stage, last)
        self.assertEqual(again.wait("visit-changed")["detail"]["customer"]["name"], "Anna Kovács")

    def test_the_page_knows_when_the_paper_ends_if_the_printer_says_so(self):
        self.stage.send(b"\x1da\xff" + receipt("R-8"))
        events = Events(self.stage)
        self.stage.device("paper end")
        events.wait("printer-changed")
        self.assertEqual(self.stage.current()["status"]["printer"], "paper_end")
        self.stage.device("paper ok")
        until(lambda: self.stage.current()["status"]["printer"] == "ready")

    def test_the_printer_goes_and_comes_back_and_nothing_is_lost(self):
        self.stage.device("vanish")
        until(lambda: self.stage.current()["status"]["printer"] == "gone")
        sent = receipt("R-8")
        self.stage.send(sent)
        self.stage.device("return")
        until(lambda: sent in self.stage.raw(), 20)
        time.sleep(0.3)
        self.assertEqual(self.stage.raw().count(b"R-8"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
