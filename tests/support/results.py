"""Counts tests of a suite, prints a line for each and writes the numbers (tests/README.md)."""
import json
import os
import sys
import threading
import time
import traceback


class Results:
    def __init__(self):
        self.passed, self.failures, self.skips = 0, [], []
        self.lock = threading.Lock()
        self.filter = os.environ.get("MATVEY_TEST_FILTER", "")
        self.long = bool(os.environ.get("MATVEY_TEST_LONG"))

    def wanted(self, name):
        return self.filter.lower() in name.lower()

    def passed_one(self, name, seconds):
        with self.lock:
            self.passed += 1
            print(f"ok      {name} ({seconds:.1f} s)", flush=True)

    def failed_one(self, name, why):
        with self.lock:
            first = next((line for line in str(why).strip().splitlines() if line.strip()), "no reason given")
            self.failures.append(f"{name}: {first[:500]}")
            print(f"FAILED  {name}\n{indented(why)}", flush=True)

    def skipped_one(self, name, why):
        with self.lock:
            self.skips.append(f"{name}: {why}")
            print(f"skipped {name}: {why}", flush=True)

    def run(self, name, test, *arguments):
        """Runs one test unless the filter leaves it out. A test fails by an exception, skips by Skip."""
        if not self.wanted(name):
            return
        started = time.monotonic()
        try:
            test(*arguments)
        except Skip as reason:
            self.skipped_one(name, reason)
        except AssertionError as why:
            self.failed_one(name, why if str(why) else traceback.format_exc())
        except Exception:
            text = traceback.format_exc()
            self.failed_one(name, text.strip().splitlines()[-1] + "\n" + text)
        else:
            self.passed_one(name, time.monotonic() - started)

    def finish(self):
        path = os.environ.get("MATVEY_RESULTS")
        numbers = {"passed": self.passed, "failed": len(self.failures), "skipped": len(self.skips), "failures": self.failures, "skips": self.skips}
        if path:
            with open(path, "w", encoding="utf-8") as stream:
                json.dump(numbers, stream, ensure_ascii=False)
        print(f"{numbers['passed']} passed, {numbers['failed']} failed, {numbers['skipped']} skipped")
        sys.exit(1 if self.failures else 0)


class Skip(Exception):
    pass


def indented(text):
    return "\n".join("        " + line for line in str(text).strip().splitlines()[:60])
