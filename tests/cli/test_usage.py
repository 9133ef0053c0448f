"""The command line itself: names, options, help, exit codes, which stream says what."""
import json
import os

import harness
from harness import answer, banks, call, draws, expect

COMMANDS = "import check info run report export compare merge circularity coverage challenge whatif reverse rare sensitivity explain reconstruct generate window indices bench verify models backends doctor completion manual version".split()


def test_no_command_is_a_usage_error():
    done = expect(64)
    assert done.stdout == "" and "Usage:" in done.stderr


def test_help_names_every_command_and_nothing_else():
    text = expect(0, "--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in text, command
    named = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2] != " "]
    assert sorted(word for word in named if word.islower()) == sorted(COMMANDS)


def test_each_command_explains_itself_with_an_example_first():
    for command in COMMANDS:
        done = expect(0, command, "--help")
        assert done.stdout.startswith(f"Example: loopstress {command}"), command
        assert done.stderr == ""
        assert done.stdout == expect(0, "help", command).stdout


def test_unknown_commands_are_refused_and_the_nearest_is_named():
    assert "did you mean 'run'?" in expect(64, "rnu").stderr


def test_unknown_options_are_refused_and_the_nearest_is_named():
    assert "did you mean '--model'?" in expect(64, "run", "x", "--modle", "loop").stderr
    for option in ("--fast", "--dead-line=3", "--no-such"):
        expect(64, "run", "x", "--model", "eisenberg-noe", option)


def test_ill_valued_options_are_refused():
    wrong = ["--threads=0", "--threads=two", "--count=1e3", "--count=-1", "--seed=-1", "--seed=1.5", "--chunk=0", "--isa=mmx",
             "--backend=gpu", "--engine=pull", "--keep=5", "--keep=worst:-1", "--shard=2/2", "--shard=1",
             "--shard=-1/2", "--duplicates=first", "--output="]
    for option in wrong:
        done = expect(64, "run", "no-such-network", "--model", "eisenberg-noe", option)
        assert option.split("=")[0] in done.stderr, done.stderr


def test_missing_words_are_named():
    assert "NETWORK" in expect(64, "run", "--model", "loop").stderr
    assert "--model" in expect(64, "run", "x").stderr
    assert "-o" in expect(64, "import", "x").stderr
    assert "needs a value" in expect(64, "run", "x", "--model").stderr


def test_streams_are_refused_for_hdf5(folder):
    expect(64, "run", banks(folder), "--model", "eisenberg-noe", "-o", "-")


def test_version_is_printed_in_both_forms():
    version = json.loads(expect(0, "version", "--json").stdout)["version"]
    assert version in expect(0, "--version").stdout


def test_models_and_backends_are_listed_as_json():
    names = [model["name"] for model in answer("models")]
    cascades = {"furfine", "threshold", "liquidity", "debtrank", "debtrank-linear", "debtrank-nonlinear"}
    assert {"eisenberg-noe", "rogers-veraart", "cross-ownership", "production", "loop"} | cascades <= set(names), names
    backends = {backend["name"]: backend for backend in answer("backends")}
    assert backends["cpu"]["available"] is True
    assert "cuda" in backends and (backends["cuda"]["available"] or backends["cuda"]["reason"])


def test_unknown_model_and_setting_are_usage_errors(folder):
    network = banks(folder)
    expect(64, "run", network, "--model", "no-such-model")
    expect(64, "run", network, "--model", "eisenberg-noe", "--set", "no_such=1")
    expect(64, "run", network, "--model", "rogers-veraart", "--set", "alpha=much")


def test_missing_input_is_66():
    expect(66, "run", "no-such-network", "--model", "eisenberg-noe")
    expect(66, "check", "no-such-network")
    expect(66, "info", "no-such.h5")
    expect(66, "compare", "no-such.h5", "no-such.h5")


def test_missing_scenario_file_is_66(folder):
    expect(66, "run", banks(folder), "--model", "eisenberg-noe", "--scenarios", os.path.join(folder, "none.csv"))


def test_results_go_to_stdout_and_nothing_else_does(folder):
    done = expect(0, "run", banks(folder), "--model", "eisenberg-noe", "--json")
    assert json.loads(done.stdout)["model"] == "eisenberg-noe"


def test_quiet_leaves_standard_error_empty(folder):
    assert expect(0, "run", banks(folder), "--model", "eisenberg-noe", "--json", "--quiet").stderr == ""


def test_a_full_standard_output_is_an_io_error():
    with open("/dev/full", "w") as full:
        assert harness.subprocess.run([harness.PROGRAM, "models"], stdout=full, stderr=harness.subprocess.PIPE).returncode == 74


def test_a_closed_standard_output_is_an_io_error():
    assert harness.subprocess.run(["sh", "-c", f'"{harness.PROGRAM}" models >&- 2>/dev/null']).returncode == 74


def test_cuda_never_falls_back(folder):
    available = {b["name"]: b["available"] for b in answer("backends")}["cuda"]
    done = call("run", banks(folder), "--model", "eisenberg-noe", "--backend", "cuda", "--json")
    assert done.returncode == (0 if available else 69), done.stderr
    if not available:
        assert done.stdout == "" and "error:" in done.stderr


def test_shard_auto_needs_a_batch_system(folder):
    names = ("SLURM_ARRAY_TASK_ID", "AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX", "SLURM_PROCID")
    for name in names:
        os.environ.pop(name, None)
    expect(64, "run", banks(folder), "--model", "eisenberg-noe", "--shard", "auto")
    expect(64, "run", banks(folder), "--model", "eisenberg-noe", "--shard", "auto", env={"JOB_COMPLETION_INDEX": "1"})


def test_dry_run_computes_and_writes_nothing(folder):
    output = os.path.join(folder, "results.h5")
    expect(0, "run", banks(folder), "--model", "eisenberg-noe", "--dry-run", "-o", output)
    assert os.listdir(folder) == ["banks"]
    words = ("run", os.path.join(folder, "banks"), "--model", "eisenberg-noe", "--dry-run", "--json", "--backend", "cpu")
    plan = json.loads(expect(0, *words, "--scenarios", draws(folder, 100000), "--engine", "push", "--threads", "3").stdout)["plan"]
    assert len(plan) == 4, plan
    assert "engine push, 100000 scenarios" in plan[0] and "3 threads" in plan[1], plan
    sums = float(plan[2].split("for the threads, ")[1].split()[0])
    assert sums > 100000 * 21 / 2**20, plan  # two losses, a count and a state of each
    assert float(plan[3].split()[2]) > 0, plan


def test_the_doctor_finds_this_machine_healthy():
    told = json.loads(expect(0, "doctor", "--json").stdout)
    by_name = {finding["name"]: finding for finding in told["findings"]}
    assert told["healthy"] and by_name["self-test"]["good"] and "one digest" in by_name["self-test"]["detail"], told
    assert {"processor", "memory", "HDF5", "cpu", "cuda"} <= set(by_name), by_name
    assert "works" in expect(0, "doctor").stdout
    done = call("doctor", "--json", env={"TMPDIR": "/no/such/folder"})
    assert done.returncode == 1 and "/no/such/folder" in done.stdout, (done.returncode, done.stdout)


harness.main(globals())
