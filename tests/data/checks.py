"""What the data checks share: the program, counting, and the last line `N passed, N failed, N skipped`."""
import os
import sys

SOURCE = os.environ.get("LS_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(SOURCE, "build", "loopstress"))
LONGEST_DETAIL = 600  # characters
count = {"passed": 0, "failed": 0, "skipped": 0}


def check(name, fine, detail=""):
    count["passed" if fine else "failed"] += 1
    if not fine:
        print(f"FAIL {name} {detail}"[:LONGEST_DETAIL])


def skip(name, reason):
    count["skipped"] += 1
    print(f"SKIP {name}: {reason}")


def end():
    """Nothing checked and something skipped is a skip (77); nothing at all is a failure."""
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    if count["failed"] > 0 or sum(count.values()) == 0:
        sys.exit(1)
    sys.exit(0 if count["passed"] > 0 else 77)
