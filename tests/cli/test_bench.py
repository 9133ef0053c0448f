"""loopstress bench: every case with few scenarios, right answers, the same digests, what is refused, what is handed over."""
import json
import os
import subprocess
import sys

import harness
from harness import SOURCE, Skip, answer, call, draws, expect, write

FEW = ("--count", "64", "--rounds", "1")
SMALL = ("C1", "C1c", "C2", "C2c", "C3", "C3c", "C4", "C5", "C6", "C7", "C8", "DR1000", "PROD1000", "G9")


def bench(*words, **how):
    return answer("bench", "--backend", "cpu", *FEW, *words, **how)


def cases(*ids):
    return [word for case in ids for word in ("--case", case)]


def test_every_case_runs_and_its_answers_are_right():
    told = bench(*cases(*SMALL))
    assert [row["id"] for row in told["cases"]] == list(SMALL), told
    assert told["digests_agree"] and told["skipped"] == []
    assert told["machine"]["threads"] >= 1 and told["ceilings"]["read_bytes_per_second"] > 0
    assert all(rate > 0 for rate in told["ceilings"]["flop_per_second"].values())
    for row in told["cases"]:
        assert row["backend"] == "cpu" and row["engine"] and row["scenarios_per_second"] > 0, row
        assert row["scenarios"] == 64 and row["rounds"] == 1, row
        if row["id"] == "C7":
            assert row["draw"]["draws_per_second"] > 0
            continue
        assert row["solve"]["scenarios_per_second"] > 0 and 0 < row["end_to_end"]["seconds"], row
        if row["id"] == "C8":
            assert row["plain_sums"]["seconds"] > 0 and row["plain_sums"]["cost_beyond_plain_sums"] < 1, row
        check = row["check"]
        assert check["passed"] and check["default_flips"] == 0 and check["scenarios"] >= 1, row
        assert check["largest_difference"] <= check["tolerance"] == 1e-9, row


def test_median_is_between_least_and_most():
    part = bench("--case", "C1", "--rounds", "4")["cases"][0]["end_to_end"]
    assert 0 < part["seconds_least"] <= part["seconds"] <= part["seconds_most"], part
    assert abs(part["scenarios_per_second"] * part["seconds"] / part["scenarios"] - 1) < 1e-12


def test_a_case_is_as_severe_as_it_says():
    for case, low, high in (("C1", 0.06, 0.11), ("C1c", 0.008, 0.03)):
        row = answer("bench", "--case", case, "--backend", "cpu", "--count", "8000", "--rounds", "1", "--times-only")["cases"][0]
        assert low < row["default_share"] < high, row


def test_engines_agree_to_the_last_bit():
    told = bench("--case", "C2", "--engine", "auto,push,tile,sweep", "--times-only")
    assert told["digests_agree"] and len({row["digest"] for row in told["cases"]}) == 1
    assert len(told["cases"]) == 4 and "ceilings" not in told


def test_severity_is_a_setting():
    calm, severe = (bench("--case", "c2", "--times-only", "--set", f"shock_sigma={sigma}")["cases"][0] for sigma in (0.2, 0.8))
    assert calm["default_share"] < severe["default_share"] and severe["shock_sigma"] == 0.8, (calm, severe)
    alone, together = (bench("--case", "C2", "--times-only", "--set", f"shock_correlation={r}")["cases"][0] for r in (0, 1))
    assert alone["digest"] != together["digest"] and together["shock_correlation"] == 1


def test_a_network_of_ones_own(folder):
    path = harness.banks(folder)
    row = bench("--network", path, "--model", "eisenberg-noe")["cases"][0]
    assert (row["id"], row["entities"], row["shock_sigma"], row["shock_correlation"]) == ("network", 3, 0.2, 0.25), row
    row = bench("--network", path, "--model", "debtrank-linear", "--set", "tolerance=1e-6")["cases"][0]
    assert row["model"] == "debtrank-linear" and row["solve"]["scenarios"] == 64
    row = bench("--network", path, "--model", "furfine", "--scenarios", draws(folder, 100))["cases"][0]
    assert "solve" not in row and "shock_sigma" not in row and row["scenarios_per_second"] > 0, row
    rows = write(os.path.join(folder, "rows.csv"), "scenario,target,variable,value\n1,a,external_assets_loss,0.5\n2,b,default,1\n")
    told = answer("bench", "--backend", "cpu", "--rounds", "1", "--network", path, "--model", "furfine", "--scenarios", rows)
    assert told["cases"][0]["scenarios"] == 2, told


def test_the_loop_where_its_folder_is(folder):
    row = bench("--case", "LOOP", cwd=SOURCE)["cases"][0]
    assert row["model"] == "loop" and row["scenarios_per_second"] > 0 and "solve" not in row, row
    told = bench("--case", "LOOP", cwd=folder)
    assert told["cases"] == [] and told["skipped"][0]["id"] == "LOOP", told
    expect(66, "bench", "--case", "LOOP", "--network", os.path.join(folder, "none"), *FEW)


def test_what_is_wrong_is_refused():
    done = expect(64, "bench", "--case", "C99")
    assert "'C99'" in done.stderr and "did you mean 'C" in done.stderr, done.stderr
    assert "'PROD1000'" in expect(64, "bench", "--case", "PRD1000").stderr
    for words in (("--rounds", "102"), ("--rounds", "0"), ("--backend", "gpu"), ("--backend", "cpu,"), ("--engine", "fast"),
                  ("--set", "shock_sigma=-1"), ("--set", "shock_sigma=x"), ("--set", "shock_correlation=2"), ("--set", "no=1"),
                  ("--network", "somewhere"), ("extra",)):
        expect(64, "bench", *(() if words[0] == "--network" else ("--case", "C1")), *FEW, *words)
    expect(64, "bench", "--network", SOURCE, "--model", "none")


def test_cuda_says_why_it_cannot():
    if any(row["name"] == "cuda" and row["available"] for row in json.loads(call("backends", "--json").stdout)):
        raise Skip("a GPU answers")
    expect(69, "bench", "--case", "C1", "--backend", "cpu,cuda", *FEW)


def test_the_report_is_a_file_too(folder):
    path = os.path.join(folder, "bench.json")
    told = bench("--case", "C1", "-o", path)
    with open(path, encoding="utf-8") as file:
        assert json.load(file) == told
    expect(73, "bench", "--case", "C1", *FEW, "-o", path)
    expect(0, "bench", "--case", "C1", "--times-only", *FEW, "-o", path, "--force")


def test_people_read_a_table():
    text = expect(0, "bench", "--case", "C1", "--case", "C8", *FEW, "--backend", "cpu").stdout
    assert "flop/s" in text and "C1 " in text and "all beyond plain sums takes" in text and " ok" in text, text
    text = expect(0, "bench", "--list").stdout
    assert "C5x" in text and "for a GPU" in text
    assert {row["id"] for row in answer("bench", "--list")["cases"]} >= set(SMALL) | {"LOOP", "C5x", "G1"}


def peers(folder, *ids):
    expect(0, "bench", "--export", folder, "--count", "50", *cases(*ids))


def peer(folder, case, script, way):
    words = ["/usr/bin/python3", os.path.join(SOURCE, "bench", "peers", script), os.path.join(folder, f"{case}.h5"), way]
    done = subprocess.run(words, input="round\n", capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines, done.stderr
    return lines


def test_other_programs_find_the_same(folder):
    peers(folder, "C1", "C2", "DR1000", "PROD1000")
    for case, script, way in (("C1", "clearing_numpy.py", "naive"), ("C2", "clearing_numpy.py", "compact"),
                              ("C2", "clearing_scipy.py", "full"), ("C2", "clearing_scipy.py", "compact"),
                              ("DR1000", "distress_numpy.py", "naive"), ("DR1000", "distress_numpy.py", "compact"),
                              ("DR1000", "distress_numpy.py", "sparse"), ("PROD1000", "production_numpy.py", "compact"),
                              ("C1", "draws_numpy.py", "threads")):
        ready, timed = peer(folder, case, script, way)
        assert ready["passed"] and ready["flips"] == 0 and timed["seconds"] > 0, (case, script, way, ready)


def test_programs_for_a_gpu_say_why_they_cannot(folder):
    peers(folder, "C1")
    for script, way in (("gpu_torch.py", "eager"), ("gpu_cupy.py", "eager"), ("gpu_jax.py", "jit")):
        told = peer(folder, "C1", script, way)[0]
        assert told.get("passed") or told["skip"], told


def test_the_loop_in_numpy_finds_the_same(folder):
    if subprocess.run(["/usr/bin/python3", "-c", "import yaml"], check=False, capture_output=True).returncode:
        raise Skip("no python3-yaml: tools/setup --bench")
    words = ["/usr/bin/python3", os.path.join(SOURCE, "bench", "peers", "loop_numpy.py")]
    quiet = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([*words, "prepare", harness.PROGRAM, folder], check=True, timeout=60, env=quiet, stdout=subprocess.DEVNULL)
    done = subprocess.run([*words, "run", harness.PROGRAM, folder, "64"], input="round\n", capture_output=True, text=True,
                          timeout=120, check=True, env=quiet)
    ready, timed = (json.loads(line) for line in done.stdout.splitlines())
    assert ready["passed"] and timed["seconds"] > 0, ready


def test_a_comparison_is_written_between_its_marks(folder):
    page, results = write(os.path.join(folder, "RESULTS.md"), "# Kept\n"), os.path.join(folder, "results.json")
    for _ in range(2):
        done = subprocess.run(["/usr/bin/python3", os.path.join(SOURCE, "bench", "peers", "compare.py"), harness.PROGRAM, folder,
                               "--quick", "--rounds", "1", "--case", "C1", "--results", results, "--page", page],
                              capture_output=True, text=True, timeout=200, check=False,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        assert done.returncode == 0, done.stderr
    with open(page, encoding="utf-8") as file:
        text = file.read()
    assert text.startswith("# Kept\n") and text.count("bench/run writes from here") == 1 and "| C1 | numpy naive |" in text, text
    with open(results, encoding="utf-8") as file:
        rows = {row["name"]: row for row in json.load(file)["cases"][0]["contestants"]}
    assert rows["numpy compact"]["check"]["passed"] and rows["loopstress cpu"]["scenarios_per_second"] > 0, rows


def test_files_handed_over_are_not_replaced_unasked(folder):
    peers(folder, "C1")
    expect(73, "bench", "--export", folder, "--count", "50", "--case", "C1")
    assert "nothing to hand over" in expect(0, "bench", "--export", folder, "--case", "LOOP").stdout
    expect(73, "bench", "--export", os.path.join(folder, "none"), "--case", "C1", "--count", "50")


harness.main(globals())
