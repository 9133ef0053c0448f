"""The same bits whatever the machine does: threads, chunks, instruction sets, shards, replays, network files, backends."""
import itertools
import json
import os

import harness
from harness import SOURCE, Skip, answer, banks, call, draws, expect

STATIC = (
    "eisenberg-noe",
    "rogers-veraart",
    "debtrank",
    "debtrank-linear",
    "debtrank-nonlinear",
    "furfine",
    "threshold",
    "liquidity",
    "cross-ownership",
)
COUNT = 5 * 4096
LOOP = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")
LOOP_DRAWS = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios", "monte-carlo.yaml")


def jobs(folder):
    """The words of one run per model."""
    network, file = banks(folder), draws(folder, COUNT)
    for model in STATIC:
        more = ("--set", "alpha=0.8", "--set", "beta=0.7") if model == "rogers-veraart" else ()
        yield ("run", network, "--model", model, "--scenarios", file, "--backend", "cpu", *more)
    for valuation in ("linear", "merton", "black-cox"):
        own = ("--set", "valuation=" + valuation, "--set", "recovery=0.5")
        yield ("run", network, "--model", "neva", "--scenarios", file, "--backend", "cpu", *own)
    if os.path.isdir(LOOP) and os.path.exists(LOOP_DRAWS):
        yield ("run", LOOP, "--model", "loop", "--scenarios", LOOP_DRAWS, "--count", str(COUNT), "--backend", "cpu")


def digest(words, *more):
    return answer(*words, *more)["digest"]


def test_threads_and_chunks_do_not_matter(folder):
    for words in jobs(folder):
        ways = [("--threads", "1"), ("--threads", "2"), ("--chunk", "64"), ("--chunk", "1000"), ("--threads", "3", "--chunk", "7")]
        found = {digest(words, *way) for way in ways}
        assert len(found) == 1, (words, found)


def test_instruction_sets_do_not_matter(folder):
    for words in jobs(folder):
        found = {}
        for isa in ("baseline", "avx2", "avx512"):
            done = call(*words, "--isa", isa, "--json", "--quiet")
            assert done.returncode in (0, 69), done.stderr
            if done.returncode == 0:
                found[isa] = json.loads(done.stdout)["digest"]
        assert len(set(found.values())) == 1, (words, found)
        if len(found) == 1:
            raise Skip("this processor has the baseline instructions only")


def test_shards_in_any_order_make_the_whole(folder):
    for number, words in enumerate(jobs(folder)):
        whole = digest(words)
        parts = [os.path.join(folder, f"{number}-{part}.h5") for part in range(5)]
        for part, path in enumerate(parts):
            expect(0, *words, "--shard", f"{part}/5", "-o", path, "--quiet")
        for turn, order in enumerate(itertools.islice(itertools.permutations(parts), 0, 120, 50)):
            merged = os.path.join(folder, f"{number}-merged-{turn}.h5")
            expect(0, "merge", *order, "-o", merged)
            assert answer("info", merged)["digest"] == whole, words
        for path in parts:
            os.remove(path)


def test_missing_and_foreign_parts_are_refused(folder):
    words = list(jobs(folder))
    parts = []
    for number, (job, part) in enumerate(((0, "0/2"), (0, "1/2"), (2, "1/2"))):
        parts.append(os.path.join(folder, f"{number}.h5"))
        expect(0, *words[job], "--shard", part, "-o", parts[-1], "--quiet")
    merged = os.path.join(folder, "merged.h5")
    expect(65, "merge", parts[0], "-o", merged)
    expect(65, "merge", parts[0], parts[2], "-o", merged)
    assert not os.path.exists(merged)
    expect(0, "merge", parts[1], parts[0], parts[0], "-o", merged)  # held twice and equal


def test_shard_auto_takes_the_part_that_the_batch_system_names(folder):
    words = next(jobs(folder))
    slurm = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "9", "SLURM_ARRAY_TASK_STEP": "2",
             "SLURM_ARRAY_TASK_COUNT": "5"}
    batch = {"AWS_BATCH_JOB_ARRAY_INDEX": "1", "AWS_BATCH_JOB_ARRAY_SIZE": "5"}
    kubernetes = {"JOB_COMPLETION_INDEX": "1", "JOB_COMPLETIONS": "5"}
    paths = [os.path.join(folder, f"{k}.h5") for k in range(4)]
    expect(0, *words, "--shard", "1/5", "-o", paths[0], "--quiet")
    for path, variables in zip(paths[1:], (slurm, batch, kubernetes)):
        expect(0, *words, "--shard", "auto", "-o", path, "--quiet", env=variables)
        expect(0, "compare", paths[0], path)


def test_a_network_file_gives_the_digest_of_its_folder(folder):
    words = next(jobs(folder))
    network = os.path.join(folder, "n.h5")
    expect(0, "import", words[1], "-o", network)
    assert digest(words) == digest(("run", network, *words[2:]))
    if os.path.isdir(LOOP):
        network = os.path.join(folder, "loop.h5")
        expect(0, "import", LOOP, "-o", network)
        assert digest(("run", LOOP, "--model", "loop")) == digest(("run", network, "--model", "loop"))


def without_names(scenario):
    return json.dumps(scenario, sort_keys=True)


def test_a_scenario_replayed_alone_equals_its_row_in_the_run(folder):
    network, file = banks(folder), draws(folder, COUNT)
    words = ("run", network, "--model", "eisenberg-noe", "--scenarios")
    kept = answer(*words, file, "--keep", "worst:3")["scenarios"]
    assert len(kept) == 3
    numbers = sorted(int(scenario["id"]) for scenario in kept)
    again = answer(*words, draws(folder, COUNT, f"replay: {numbers}", "replay.yaml"))["scenarios"]
    assert {without_names(s) for s in kept} == {without_names(s) for s in again}


def test_other_seeds_give_other_digests(folder):
    words = next(jobs(folder))
    assert digest(words) != digest(words, "--seed", "8")
    assert digest(words, "--seed", "8") == digest(words, "--seed", "8")


def test_compare_tells_equal_from_different(folder):
    words = next(jobs(folder))
    a, b, c = (os.path.join(folder, name) for name in ("a.h5", "b.h5", "c.h5"))
    expect(0, *words, "-o", a, "--quiet")
    expect(0, *words, "-o", b, "--quiet", "--threads", "1")
    expect(0, *words, "-o", c, "--quiet", "--seed", "8")
    assert answer("compare", a, b)["equal"] is True
    done = expect(1, "compare", a, c, "--json", "--quiet")
    told = json.loads(done.stdout)
    assert told["equal"] is False and told["digest_a"] != told["digest_b"] and told["max_difference"]["name"]


def test_cuda_gives_the_digest_of_the_cpu(folder):
    if not {b["name"]: b["available"] for b in answer("backends")}["cuda"]:
        if os.environ.get("LOOPSTRESS_REQUIRE_GPU") == "1":
            raise AssertionError("a GPU is required and none answers")
        raise Skip("no CUDA device answers")
    for words in jobs(folder):
        on_gpu = ["cuda" if word == "cpu" else word for word in words]
        assert digest(words) == digest(on_gpu), words


harness.main(globals())
