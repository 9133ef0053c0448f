"""--progress=json: all of standard error is JSON objects, one a line, and the last progress is the whole."""
import json
import os

import harness
from harness import SOURCE, banks, call, draws, expect

KEYS = ["scenarios_done", "scenario_count", "seconds", "rate", "seconds_left"]


def objects(done):
    """What standard error says, by kind: progress, warnings, errors, notes."""
    told = {"progress": [], "warning": [], "error": [], "note": []}
    for line in done.stderr.splitlines():
        item = json.loads(line)
        kind = "progress" if "scenarios_done" in item else next(iter(item))
        assert list(item) == (KEYS if kind == "progress" else [kind]), line
        told[kind].append(item if kind == "progress" else item[kind])
    return told


def run(folder, count, *more):
    return expect(0, "run", banks(folder), "--model", "eisenberg-noe", "--scenarios", draws(folder, count), *more)


def test_a_run_of_seconds_tells_how_far_it_is_and_that_it_has_ended(folder):
    for count in (2_000_000, 20_000_000, 200_000_000):  # a machine that is fast needs more of them
        told = objects(run(folder, count, "--progress=json", "--threads", "1"))
        if len(told["progress"]) >= 3:
            break
    done = [item["scenarios_done"] for item in told["progress"]]
    seconds = [item["seconds"] for item in told["progress"]]
    assert done == sorted(set(done)) and done[-1] == count, done
    assert all(item["scenario_count"] == count for item in told["progress"])
    assert all(after - before >= 0.99 for before, after in zip(seconds[:-1], seconds[1:-1])), seconds
    assert told["progress"][0]["seconds_left"] > 0 and told["progress"][-1]["seconds_left"] == 0, told
    assert not told["warning"] and not told["error"] and not told["note"]


def test_a_short_run_tells_that_it_has_ended(folder):
    told = objects(run(folder, 5000, "--progress", "json"))
    assert [item["scenarios_done"] for item in told["progress"]] == [5000]


def test_commands_that_run_many_times_tell_their_whole_progress(folder):
    ai_loop = os.path.join(SOURCE, "datasets", "ai-loop")
    done = expect(0, "indices", banks(folder), "--model", "eisenberg-noe", "--scenarios", draws(folder, 1000), "--progress=json")
    assert objects(done)["progress"][-1]["scenarios_done"] == objects(done)["progress"][-1]["scenario_count"] > 1000
    done = expect(0, "challenge", os.path.join(ai_loop, "2026-08"), "--model", "loop", "--scenarios",
                  os.path.join(ai_loop, "scenarios", "monte-carlo.yaml"), "--count", "4096", "--progress=json")
    assert objects(done)["progress"][-1]["scenario_count"] % 4096 == 0, done.stderr
    done = expect(0, "window", "--degrees", "1,3", "--networks", "5", "--progress=json")
    assert objects(done)["progress"][-1]["scenarios_done"] == 10


def test_warnings_notes_and_errors_are_objects_too(folder):
    output = os.path.join(folder, "results.h5")
    assert output in objects(run(folder, 5000, "--progress=json", "-o", output))["note"][0]
    shocks = harness.write(os.path.join(folder, "shocks.csv"), 'scenario,target,variable,value\n"say ""no""",nobody,external_assets_loss,0.5\n')
    words = ("run", banks(folder), "--model", "eisenberg-noe", "--scenarios", shocks, "--progress=json")
    assert "nobody" in objects(expect(78, *words))["error"][0]
    assert "nobody" in objects(expect(0, *words, "--allow-missing-targets"))["warning"][0]
    assert "-3.5" in objects(expect(65, "run", os.path.join(SOURCE, "datasets/invalid/amount_negative"), "-m", "loop", "--progress=json"))["error"][0]
    assert "NETWORK" in objects(expect(64, "run", "--progress=json"))["error"][0]


def test_less_is_told_where_less_is_wanted(folder):
    assert run(folder, 5000, "--progress=json", "--quiet").stderr == ""
    output = os.path.join(folder, "results.h5")
    told = objects(run(folder, 5000, "--progress=json", "--no-progress", "-o", output))
    assert not told["progress"] and len(told["note"]) == 1
    assert run(folder, 5000, "--progress=text").stderr == ""  # a log gets a line after 30 seconds
    assert "text, json" in call("run", "x", "--progress=xml").stderr


harness.main(globals())
