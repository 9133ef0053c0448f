"""Outputs appear complete or not at all: refusals, locks, signals, and what is left in the folder afterwards."""
import fcntl
import json
import os
import signal
import subprocess
import time

import harness
from harness import PROGRAM, Skip, answer, banks, draws, expect, write

MODEL = ("--model", "eisenberg-noe", "--quiet")


def listing(folder):
    return sorted(name for name in os.listdir(folder) if name not in ("banks", "draws.yaml"))


def run(code, folder, output, *more):
    network = os.path.join(folder, "banks")
    if not os.path.exists(network):
        banks(folder)
    return expect(code, "run", network, *MODEL, "-o", os.path.join(folder, output), *more)


def test_a_run_leaves_results_and_record_only(folder):
    run(0, folder, "r.h5")
    assert listing(folder) == ["r.h5", "r.h5.run.json"]
    record = json.load(open(os.path.join(folder, "r.h5.run.json"), encoding="utf-8"))
    assert answer("info", os.path.join(folder, "r.h5"))["digest"] in json.dumps(record)


def test_the_record_tells_how_the_numbers_came_about(folder):
    run(0, folder, "r.h5", "--scenarios", draws(folder, 4096 * 3), "--verify-sample", "2")
    record = json.load(open(os.path.join(folder, "r.h5.run.json"), encoding="utf-8"))
    checks = record["checks"]
    assert checks["converged"] == 4096 * 3 and checks["not_converged"] == checks["not_finite"] == 0, checks
    assert checks["sample_verified_on_cpu"]["scenarios"] == 8192 and checks["warnings"] == [], checks
    assert record["device"] is None and record["numerics"]["block_size"] == 4096, record
    assert "Eisenberg" in record["numerics"]["equations"] and len(record["build"]["commit"]) in (0, 40), record
    assert record["host"]["peak_memory_bytes"] > 1 << 20 and record["attempts"][0]["scenarios_done"] == 4096 * 3, record
    env = {"LOOPSTRESS_NOTE": "kept", "SECRET_NOTE": "not kept"}
    expect(0, "run", os.path.join(folder, "banks"), *MODEL, "-o", os.path.join(folder, "e.h5"), env=env)
    told = json.load(open(os.path.join(folder, "e.h5.run.json"), encoding="utf-8"))["environment"]
    assert told.get("LOOPSTRESS_NOTE") == "kept" and "SECRET_NOTE" not in told, told


def test_an_existing_output_is_refused_and_kept(folder):
    write(os.path.join(folder, "r.h5"), "precious")
    run(73, folder, "r.h5")
    assert open(os.path.join(folder, "r.h5")).read() == "precious"
    assert listing(folder) == ["r.h5"]
    run(0, folder, "r.h5", "--force")
    run(0, folder, "r.h5", "--force")
    assert listing(folder) == ["r.h5", "r.h5.run.json"]


def test_the_output_is_refused_before_the_input_is_read(folder):
    write(os.path.join(folder, "r.h5"), "precious")
    expect(73, "run", "no-such-network", *MODEL, "-o", os.path.join(folder, "r.h5"))


def test_a_folder_or_a_missing_parent_is_73(folder):
    os.mkdir(os.path.join(folder, "d"))
    run(73, folder, "d")
    run(73, folder, "d", "--force")
    run(73, folder, "none/r.h5")
    assert listing(folder) == ["d"]


def test_the_input_is_never_replaced(folder):
    network = os.path.join(folder, "n.h5")
    expect(0, "import", banks(folder), "-o", network)
    before = open(network, "rb").read()
    expect(73, "run", network, *MODEL, "-o", network, "--force")
    assert open(network, "rb").read() == before


def test_a_closed_folder_is_77(folder):
    if os.geteuid() == 0:
        raise Skip("root may write everywhere")
    os.mkdir(os.path.join(folder, "closed"), 0o555)
    run(77, folder, "closed/r.h5")


def test_bad_input_leaves_no_file(folder):
    network = banks(folder)
    write(os.path.join(network, "liabilities.csv"), "debtor,creditor,amount\na,b,-3.5\n")
    done = run(65, folder, "r.h5")
    assert "liabilities.csv:2:" in done.stderr and "-3.5" in done.stderr, done.stderr
    assert listing(folder) == []
    expect(65, "import", network, "-o", os.path.join(folder, "n.h5"))
    assert listing(folder) == []


def test_a_locked_output_is_73(folder):
    lock = os.path.join(folder, "r.h5.lock")
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        run(73, folder, "r.h5")
    assert listing(folder) == ["r.h5.lock"]
    run(0, folder, "r.h5")  # a lock that nobody holds is no obstacle
    assert listing(folder) == ["r.h5", "r.h5.run.json"]


def wait_for_handler(process, number):
    """Before main has begun nobody can answer a signal; the handler is the first thing that it sets."""
    for _ in range(2000):
        with open(f"/proc/{process.pid}/status", encoding="ascii", errors="replace") as file:
            caught = next((int(line.split()[1], 16) for line in file if line.startswith("SigCgt:")), 0)
        if process.poll() is not None or caught >> (number - 1) & 1:
            return
        time.sleep(0.001)


def interrupted(folder, number, delay):
    """Exit code of a long run that gets a signal."""
    words = ["run", os.path.join(folder, "banks"), *MODEL, "--scenarios", os.path.join(folder, "draws.yaml")]
    process = subprocess.Popen([PROGRAM, *words, "-o", os.path.join(folder, "r.h5")], stderr=subprocess.PIPE, text=True)
    wait_for_handler(process, number)
    time.sleep(delay)
    process.send_signal(number)
    began = time.monotonic()
    stderr = process.communicate(timeout=60)[1]
    assert time.monotonic() - began < 10
    return process.returncode, stderr


def test_a_signal_at_any_moment_gives_75_or_0(folder):
    banks(folder)
    draws(folder, 4096)
    for delay in (0, 0.001, 0.003, 0.01, 0.02, 0.04, 0.06, 0.08, 0.12, 0.2):
        code, stderr = interrupted(folder, signal.SIGTERM, delay)
        assert code in (0, 75), (delay, code, stderr)
        left = [] if code != 0 else ["r.h5", "r.h5.run.json"]
        assert [name for name in listing(folder) if ".partial" not in name] == left, (delay, code, listing(folder))
        assert code != 0 or listing(folder) == left, listing(folder)
        for name in listing(folder):
            os.remove(os.path.join(folder, name))


def test_import_export_report_and_merge_refuse_existing_outputs(folder):
    network = banks(folder)
    results = os.path.join(folder, "r.h5")
    run(0, folder, "r.h5")
    kept = write(os.path.join(folder, "kept"), "precious")
    expect(73, "import", network, "-o", kept)
    expect(73, "report", results, "-o", kept)
    expect(73, "export", results, "-o", kept)
    expect(73, "merge", results, "-o", kept)
    assert open(kept).read() == "precious"


def test_export_writes_both_formats_into_new_folders(folder):
    run(0, folder, "r.h5")
    results = os.path.join(folder, "r.h5")
    expect(0, "export", results, "--format", "csv", "-o", os.path.join(folder, "tables"))
    assert any(name.endswith(".csv") for name in os.listdir(os.path.join(folder, "tables")))
    expect(0, "export", results, "--format", "json", "-o", os.path.join(folder, "json"))
    json.load(open(os.path.join(folder, "json", "results.json"), encoding="utf-8"))


def test_a_report_is_one_page_without_links_to_elsewhere(folder):
    run(0, folder, "r.h5")
    page = os.path.join(folder, "r.html")
    expect(0, "report", os.path.join(folder, "r.h5"), "-o", page)
    text = open(page, encoding="utf-8").read()
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert "<script src=" not in text and '<link rel="stylesheet"' not in text


harness.main(globals())
