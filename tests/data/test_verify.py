"""`verify`: results that are what they say, records and files that were changed, and numbers that no run gives."""
import json
import os
import sys

import h5py

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness  # noqa: E402
from harness import SOURCE, answer, banks, call, draws, expect  # noqa: E402


def results(folder, *more, count=4096 * 6 + 100):
    path = os.path.join(folder, "r.h5")
    expect(0, "run", banks(folder), "--model", "eisenberg-noe", "-q", "--scenarios", draws(folder, count), "-o", path, *more)
    return path


def test_results_come_out_again(folder):
    path = results(folder)
    told = answer("verify", path, "--replay", "3", "--seed", "5")
    assert told["valid"] and told["record"]["bytes_equal"] and told["replay"]["blocks"] == 3, told
    assert "sums_equal" not in told["replay"] and told["replay"]["seed"] == 5, told
    assert told["digest"] == answer("info", path)["digest"]
    told = answer("verify", path, "--replay", "1000", "--isa", "baseline", "--threads", "1")
    assert told["replay"]["scenarios"] == 4096 * 6 + 100 and told["replay"]["sums_equal"], told
    assert answer("verify", path)["replay"]["blocks"] == 0
    assert "the same bits" in expect(0, "verify", path, "--replay", "1").stdout


def test_parts_explicit_scenarios_and_draws_come_out_again(folder):
    part = results(folder, "--shard", "1/3")
    assert answer("verify", part, "--replay", "9")["valid"]
    shocks = harness.write(os.path.join(folder, "s.csv"), "scenario,target,variable,value\ns1,a,external_assets_loss,0.6\ns2,b,default,1\n")
    path = os.path.join(folder, "e.h5")
    expect(0, "run", banks(folder), "--model", "eisenberg-noe", "-q", "--scenarios", shocks, "-o", path)
    assert answer("verify", path, "--replay", "1")["replay"] | {"seed": 0} == {
        "seed": 0, "blocks": 1, "scenarios": 2, "difference_count": 0, "different": [], "sums_equal": True}
    path = os.path.join(folder, "d.h5")
    loop = os.path.join(SOURCE, "datasets", "ai-loop")
    expect(0, "run", os.path.join(loop, "2026-08"), "--model", "loop", "-q", "--draws", "2", "--count", 4096 * 4,
           "--scenarios", os.path.join(loop, "scenarios", "monte-carlo.yaml"), "-o", path)
    assert answer("verify", path, "--replay", "2")["valid"]


def test_a_missing_record_is_said_and_a_wrong_one_fails(folder):
    path = results(folder, count=4096)
    record = path + ".run.json"
    written = json.load(open(record, encoding="utf-8"))
    os.remove(record)
    told = answer("verify", path)
    assert told["valid"] and not told["record"]["found"], told
    written["output"]["sha256"] = "0" * 64
    harness.write(record, json.dumps(written))
    done = expect(1, "verify", path, "--json")
    assert not json.loads(done.stdout)["valid"], done.stdout
    harness.write(record, "{}")
    expect(65, "verify", path)


def test_a_damaged_file_is_65_and_a_missing_one_66(folder):
    path = results(folder, count=4096)
    with open(path, "r+b") as file:
        file.seek(9000)
        byte = file.read(1)[0]
        file.seek(9000)
        file.write(bytes([byte ^ 1]))
    expect(65, "verify", path)
    expect(66, "verify", os.path.join(folder, "none.h5"))


def test_numbers_that_the_run_does_not_give_are_found(folder):
    path = results(folder)
    os.remove(path + ".run.json")
    with h5py.File(path, "r+") as file:  # results of seed 7 that claim to be of seed 8
        file["provenance"].attrs["seed"] = "8"
    assert answer("verify", path)["valid"]  # whole, and true to its digest: only computing tells
    done = expect(1, "verify", path, "--replay", "1", "--json")
    told = json.loads(done.stdout)["replay"]
    assert told["difference_count"] > 100 and len(told["different"]) == 20, told
    assert {entry["name"] for entry in told["different"]} <= {"loss_gross", "loss_net", "default_count", "status"}
    done = call("verify", path, "--replay", "99")
    assert done.returncode == 1 and "NOT the same" in done.stdout, done.stdout


harness.main(globals())
