"""Runs the functions test_* of a script against the built program, and counts like the C harness does.

A script ends with `harness.main(globals())`; its first argument is the program. Last line: `N passed, N failed, N skipped`.
"""
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

SOURCE = os.environ.get("LS_SOURCE_DIR", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(SOURCE, "build", "loopstress"))
LONGEST = 300  # seconds that one call may take


class Skip(Exception):
    pass


def call(*words, env=None, cwd=None):
    """Runs the program; .returncode, .stdout, .stderr."""
    full = dict(os.environ, **env) if env else None
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, env=full, cwd=cwd, timeout=LONGEST)


def expect(code, *words, **how):
    """Runs the program and insists on its exit code."""
    done = call(*words, **how)
    assert done.returncode == code, f"exit {done.returncode}, wanted {code}: {' '.join(map(str, words))}\n{done.stderr}"
    return done


def answer(*words, **how):
    """The JSON document that a command prints."""
    return json.loads(expect(0, *words, "--json", "--quiet", **how).stdout)


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def banks(folder):
    """Three banks in a ring: b owes most, and fails first."""
    path = os.path.join(folder, "banks")
    os.makedirs(path, exist_ok=True)
    write(os.path.join(path, "entities.csv"), "id,sector,external_assets,external_liabilities\na,x,100,60\nb,x,50,40\nc,y,80,50\n")
    write(os.path.join(path, "liabilities.csv"), "debtor,creditor,amount\na,b,20\nb,c,30\nc,a,10\n")
    return path


DRAWS = """count: {count}
seed: 7
copula: gaussian
factors: [{{name: market}}]
loadings: [{{target: "*", factor: market, value: 0.5}}]
marginals: [{{variable: external_assets_loss, target: "*", distribution: beta, mean: 0.3, sd: 0.15}}]
{more}
"""


def draws(folder, count, more="", name="draws.yaml"):
    return write(os.path.join(folder, name), DRAWS.format(count=count, more=more))


def words(folder, output="r.h5", more=()):
    """A run of the banks over the draws of a folder."""
    return ["run", os.path.join(folder, "banks"), "--model", "eisenberg-noe", "--quiet", "--scenarios",
            os.path.join(folder, "draws.yaml"), "-o", os.path.join(folder, output), *more]


def whole_run(folder, count):
    """Makes banks and draws, and runs them in one go: the bytes of the results."""
    banks(folder)
    draws(folder, count)
    expect(0, *words(folder, "whole.h5"))
    with open(os.path.join(folder, "whole.h5"), "rb") as file:
        return file.read()


def run_one(test):
    """None, or why it failed; Skip passes through."""
    folder = tempfile.mkdtemp(prefix="loopstress-test-")
    try:
        test(folder) if inspect.signature(test).parameters else test()
    except Skip:
        raise
    except Exception as fault:  # whatever it is, the next test still runs
        return "".join(traceback.format_exception_only(type(fault), fault)).strip() + "\n" + traceback.format_exc(limit=-2)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return None


def main(names):
    passed = failed = skipped = 0
    chosen = sys.argv[3] if len(sys.argv) > 3 else ""
    for name, test in list(names.items()):
        if not name.startswith("test_") or chosen not in name:
            continue
        try:
            fault = run_one(test)
        except Skip as reason:
            skipped += 1
            print(f"SKIP {name}: {reason}", flush=True)
            continue
        if fault is None:
            passed += 1
        else:
            failed += 1
            print(f"FAIL {name}: {fault}", flush=True)
    if passed + failed + skipped == 0:
        print("FAIL no test was selected")
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 77 if passed == 0 else 0)
