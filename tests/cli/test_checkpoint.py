"""A run may be killed at any moment: the same command ends it, with the very bytes of a run in one go."""
import json
import os
import random
import shutil
import signal
import subprocess
import time

import harness
from harness import PROGRAM, SOURCE, answer, banks, call, draws, expect, whole_run, words

LONG = 4096 * 100
ENDLESS = "80000000"  # scenarios that nobody waits for
SLOWLY = ("--threads", "1", "--isa", "baseline", "--engine", "tile")  # so that a signal comes before the end
SIDE = ("r.h5.partial", "r.h5.partial.1", "r.h5.partial.scenarios")


def listing(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith("r.h5"))


def start(folder, more=(), program=(PROGRAM,)):
    return subprocess.Popen([*program, *words(folder, more=more)], stderr=subprocess.PIPE, text=True)


def killed(folder, number=signal.SIGKILL, more=()):
    """Exit code and errors of a slow run that gets a signal once it has a checkpoint of its own."""
    path = os.path.join(folder, "r.h5.partial")
    before = os.stat(path).st_mtime_ns if os.path.exists(path) else 0
    process = start(folder, more or SLOWLY)
    while process.poll() is None:
        if os.path.exists(path) and os.stat(path).st_mtime_ns != before:
            break
        time.sleep(0.001)
    process.send_signal(number)
    return process.wait(timeout=60), process.stderr.read()


def ends_equal(folder, whole, more=()):
    expect(0, *words(folder, more=more))
    assert open(os.path.join(folder, "r.h5"), "rb").read() == whole, "resumed results differ"
    assert listing(folder) == ["r.h5", "r.h5.run.json"], listing(folder)


def test_a_killed_run_resumes_to_the_same_bytes(folder):
    whole = whole_run(folder, LONG)
    for _ in range(3):
        killed(folder)
        assert answer("info", os.path.join(folder, "r.h5.partial"))["kind"] == "checkpoint"
    done = answer("info", os.path.join(folder, "r.h5.partial"))["scenarios_done"]
    assert 4096 <= done < LONG, done
    ends_equal(folder, whole)
    attempts = json.load(open(os.path.join(folder, "r.h5.run.json"), encoding="utf-8"))["attempts"]
    assert len(attempts) == 4 and attempts[-1]["scenarios_done"] == LONG, attempts
    assert all(a["scenarios_done"] <= b["scenarios_done"] for a, b in zip(attempts, attempts[1:])), attempts


def test_kills_at_random_moments_lose_nothing(folder):
    whole = whole_run(folder, 4096 * 40)
    rng = random.Random(20261126)
    for _ in range(25):
        process = start(folder)
        time.sleep(rng.random() * 0.15)
        process.kill()
        process.wait()
        if os.path.exists(os.path.join(folder, "r.h5")):
            assert open(os.path.join(folder, "r.h5"), "rb").read() == whole
            for name in ("r.h5", "r.h5.run.json"):  # on from what is left of the checkpoint, if anything is
                if os.path.exists(os.path.join(folder, name)):
                    os.remove(os.path.join(folder, name))
    ends_equal(folder, whole)


def test_stop_signals_and_the_deadline_leave_a_checkpoint(folder):
    whole = whole_run(folder, LONG)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        began = time.monotonic()
        code, stderr = killed(folder, number)
        assert code == 75 and "resumes from" in stderr, (code, stderr)
        assert time.monotonic() - began < 10
    assert os.path.exists(os.path.join(folder, "r.h5.partial.1"))
    assert not os.path.exists(os.path.join(folder, "r.h5.lock"))
    ends_equal(folder, whole)
    done = expect(75, *words(folder, "long.h5", more=("--count", ENDLESS, "--deadline", "1")))
    assert "resumes from" in done.stderr, done.stderr
    assert answer("info", os.path.join(folder, "long.h5.partial"))["scenarios_done"] > 4096


def test_a_deadline_without_an_output_saves_nothing(folder):
    whole_run(folder, LONG)
    asked = words(folder)
    done = expect(75, *asked[:asked.index("-o")], "--count", ENDLESS, "--deadline", "0.1")
    assert "nothing saved" in done.stderr, done.stderr
    expect(64, *words(folder), "--deadline", "soon")


def test_usr1_asks_for_a_checkpoint_and_the_run_goes_on(folder):
    whole_run(folder, 4096)
    path = os.path.join(folder, "r.h5.partial")
    began = time.monotonic()
    process = start(folder, ("--count", ENDLESS))
    done = [0]
    while len(done) < 4 and time.monotonic() - began < 4:  # by itself it writes one every 5 seconds
        if os.path.exists(path):
            done.append(answer("info", path)["scenarios_done"])
            process.send_signal(signal.SIGUSR1)
            while done[-1] == answer("info", path)["scenarios_done"] and time.monotonic() - began < 4:
                time.sleep(0.02)
    assert process.poll() is None and len(done) == 4 and done == sorted(set(done)), done
    process.kill()
    process.wait()


def test_threads_chunks_and_instructions_may_change_between_attempts(folder):
    whole = whole_run(folder, LONG)
    for more in (("--threads", "1", "--isa", "baseline"), ("--chunk", "300", *SLOWLY), ("--engine", "push", "--threads", "1")):
        killed(folder, more=more)
    ends_equal(folder, whole, ("--threads", "3", "--chunk", "5000"))


def test_the_finished_run_is_recognised(folder):
    whole = whole_run(folder, LONG)
    shutil.copy(os.path.join(folder, "whole.h5"), os.path.join(folder, "r.h5"))
    asked = [word for word in words(folder) if word != "--quiet"]
    done = expect(0, *asked)
    assert "already done" in done.stderr, done.stderr
    ends_equal(folder, whole)  # and a missing record was written
    assert answer(*words(folder))["scenario_count"] == LONG  # the answer is printed all the same


def test_another_run_is_refused_unless_forced(folder):
    whole_run(folder, LONG)
    expect(0, *words(folder))
    done = expect(73, *words(folder, more=("--seed", "8")))
    assert "another run" in done.stderr, done.stderr
    for name in listing(folder):
        os.remove(os.path.join(folder, name))
    killed(folder)
    for more, why in ((("--seed", "8"), "seed 7 and 8"), (("--count", "8192"), "scenarios"),
                      (("--set", "external=senior"), "external"), (("--shard", "0/2"), "shard")):
        done = expect(73, *words(folder, more=more))
        assert "checkpoint of another run" in done.stderr and why in done.stderr, done.stderr
        assert os.path.exists(os.path.join(folder, "r.h5.partial"))
    done = expect(0, *words(folder, more=("--seed", "8", "--force")))
    assert listing(folder) == ["r.h5", "r.h5.run.json"]
    assert answer("info", os.path.join(folder, "r.h5"))["seed"] == 8


def test_force_resumes_its_own_checkpoint(folder):
    whole = whole_run(folder, LONG)
    killed(folder)
    ends_equal(folder, whole, ("--force",))
    attempts = json.load(open(os.path.join(folder, "r.h5.run.json"), encoding="utf-8"))["attempts"]
    assert len(attempts) == 2, attempts


def spoil(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 64]))


def with_two_generations(folder):
    killed(folder)
    killed(folder, signal.SIGTERM)
    for name in SIDE:
        assert os.path.exists(os.path.join(folder, name)), name


def test_a_damaged_checkpoint_gives_way_to_the_one_before(folder):
    whole = whole_run(folder, LONG)
    with_two_generations(folder)
    spoil(os.path.join(folder, "r.h5.partial"), 5000)
    code, stderr = killed(folder)  # a kill right after that must not lose the good one
    ends_equal(folder, whole)
    with_two_generations_kept = ("r.h5", "r.h5.run.json")
    for name in with_two_generations_kept:
        os.remove(os.path.join(folder, name))
    with_two_generations(folder)
    with open(os.path.join(folder, "r.h5.partial"), "r+b") as file:
        file.truncate(3000)
    ends_equal(folder, whole)


def test_two_damaged_checkpoints_are_65_and_nothing_is_lost_silently(folder):
    whole = whole_run(folder, LONG)
    with_two_generations(folder)
    for name in SIDE[:2]:
        spoil(os.path.join(folder, name), 5000)
    done = expect(65, *words(folder))
    assert "damaged" in done.stderr and all(os.path.exists(os.path.join(folder, name)) for name in SIDE), done.stderr
    ends_equal(folder, whole, ("--force",))


def test_a_damaged_journal_is_noticed(folder):
    whole = whole_run(folder, LONG)
    for harm in ("flip", "truncate", "remove"):
        with_two_generations(folder)
        journal = os.path.join(folder, SIDE[2])
        if harm == "flip":
            spoil(journal, 3000)
        elif harm == "truncate":
            os.truncate(journal, 3000)
        else:
            os.remove(journal)
        done = expect(65, *words(folder))
        assert "r.h5.partial.scenarios" in done.stderr, done.stderr
        ends_equal(folder, whole, ("--force",))
        for name in listing(folder):
            os.remove(os.path.join(folder, name))


def test_what_was_written_past_the_checkpoint_is_cut_off(folder):
    whole = whole_run(folder, LONG)
    killed(folder)
    with open(os.path.join(folder, SIDE[2]), "ab") as file:
        file.write(b"half a record")
    ends_equal(folder, whole)


def test_a_network_or_scenario_file_that_changed_is_another_run(folder):
    whole_run(folder, LONG)
    killed(folder)
    harness.write(os.path.join(folder, "banks", "liabilities.csv"), "debtor,creditor,amount\na,b,20\nb,c,30\nc,a,11\n")
    done = expect(73, *words(folder))
    assert "networks or versions differ" in done.stderr, done.stderr


def test_shards_resume_and_merge(folder):
    whole = whole_run(folder, LONG)
    parts = []
    for index in range(3):
        killed(folder, more=("--shard", f"{index}/3", *SLOWLY))
        expect(0, *words(folder, more=("--shard", f"{index}/3")))
        parts.append(os.path.join(folder, f"part{index}.h5"))
        os.rename(os.path.join(folder, "r.h5"), parts[-1])
        os.remove(os.path.join(folder, "r.h5.run.json"))
    random.Random(1).shuffle(parts)
    expect(0, "merge", *parts, "-o", os.path.join(folder, "merged.h5"))
    assert open(os.path.join(folder, "merged.h5"), "rb").read() == whole


def test_draws_of_assumptions_resume(folder):
    network = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")
    scenarios = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios", "monte-carlo.yaml")
    asked = ["run", network, "--model", "loop", "--scenarios", scenarios, "--draws", "4", "--count", str(4096 * 8), "-q"]
    expect(0, *asked, "-o", os.path.join(folder, "whole.h5"))
    for deadline in ("0.4", "0.5", "0.6", "0.7"):
        call(*asked, "-o", os.path.join(folder, "r.h5"), "--deadline", deadline)
    expect(0, *asked, "-o", os.path.join(folder, "r.h5"))
    read = [open(os.path.join(folder, name), "rb").read() for name in ("whole.h5", "r.h5")]
    assert read[0] == read[1]


def test_leftovers_of_killed_runs_are_swept(folder):
    whole = whole_run(folder, 4096)
    for name in ("r.h5.tmp-99-0", "r.h5.partial.tmp-7-1", "r.h5.run.json.tmp-8-0"):
        harness.write(os.path.join(folder, name), "half")
    kept = harness.write(os.path.join(folder, "r.h5.tmp-notes"), "mine")
    expect(0, *words(folder))
    assert listing(folder) == ["r.h5", "r.h5.run.json", "r.h5.tmp-notes"] and os.path.exists(kept), listing(folder)
    assert open(os.path.join(folder, "r.h5"), "rb").read() == whole


harness.main(globals())
