#!/usr/bin/python3
"""datasets/telecom-2000: tools/back-test tells the end of the telecom boom as it was, can say no, and every number of the
tables has a source or is named an assumption. argv[1] is the program."""
import csv
import os
import shutil
import subprocess
import tempfile

from checks import PROGRAM, SOURCE, check, end

FOLDER = os.path.join(SOURCE, "datasets", "telecom-2000")
TOOL = os.path.join(SOURCE, "tools", "back-test")


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def back_test(folder, *settings):
    done = subprocess.run(["/usr/bin/python3", TOOL, folder, *settings], capture_output=True, text=True,
                          env=dict(os.environ, LOOPSTRESS=PROGRAM))
    check(f"back-test of {os.path.basename(folder)} {settings} runs", done.returncode in (0, 1), done.stderr)
    return done.returncode, done.stdout.splitlines()


def lines_with(lines, words):
    return [line.startswith("as it was") for line in lines if words in line]


def verdict():
    code, lines = back_test(FOLDER)
    check("every criterion holds", code == 0 and len(lines) == 8, "\n".join(lines))
    for words in ("carriers fail before vendors lose", "lucent loses", "nortel loses", "cisco loses", "winstar fails",
                  "global-crossing fails", "those who lived on", "two-cycle"):
        check(f"as it was: {words}", lines_with(lines, words) == [True], "\n".join(lines))


def it_can_say_no():
    code, lines = back_test(FOLDER, "recovery_assets=1")
    check("with plant sold in full the makers lose too little", code == 1 and not any(lines_with(lines, "of its loans")),
          "\n".join(lines))
    with tempfile.TemporaryDirectory() as parent:
        other = os.path.join(parent, "without-swap")
        shutil.copytree(FOLDER, other)
        path = os.path.join(other, "purchases.csv")
        with open(path, encoding="utf-8") as file:
            kept = [line for line in file if not line.startswith("global-crossing,qwest")]
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(kept)
        with open(os.path.join(other, "scenarios", "replay.csv"), "w", encoding="utf-8") as file:
            file.write("# optional-targets\nscenario,target,variable,value,quarter\nreplay,*,multiple,1,0\n")
        code, lines = back_test(other)
    check("without a second leg there is no two-cycle", code == 1 and lines_with(lines, "two-cycle") == [False])
    check("without a shock nobody fails", lines_with(lines, "winstar fails") == [False] and
          lines_with(lines, "carriers fail before") == [False], "\n".join(lines))


def sources():
    with open(os.path.join(FOLDER, "README.md"), encoding="utf-8") as file:
        readme = file.read()
    for table in ("purchases", "liabilities"):
        for row in read(os.path.join(FOLDER, table + ".csv")):
            check(f"{table} {list(row.values())[:2]} has a source", bool(row["source"]))
    for row in read(os.path.join(FOLDER, "entities.csv")):
        name = row["id"].split("-loans")[0].replace("-", " ").title()
        told = name in readme or row["id"] in readme or "(sector node)" in row["name"] or row["id"].endswith("-loans")
        check(f"README tells of {row['id']}", told)
    done = subprocess.run([PROGRAM, "check", FOLDER, "--strict"], capture_output=True, text=True)
    check("the folder is read without a warning", done.returncode == 0, done.stderr)


verdict()
it_can_say_no()
sources()
end()
