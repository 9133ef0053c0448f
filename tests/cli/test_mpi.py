"""A run that mpirun starts several times is one run: the bytes of one process, whoever is stopped or killed."""
import glob
import os
import shutil
import signal
import subprocess
import time

import harness
from harness import PROGRAM, Skip, answer, banks, call, draws, expect, whole_run, words

COUNT = 4096 * 60 + 17
ENDLESS = "80000000"  # scenarios that nobody waits for
# As root in a container, with more processes than processors; and no wait where all is on one machine.
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1",
                   OMPI_MCA_btl="self,vader", OMPI_MCA_odls_base_sigkill_timeout="1")


def has_mpi():
    """A build without MPI says so when it is started by mpirun; with MPI, a lone process is a team of one."""
    done = call("run", "nowhere", "--model", "eisenberg-noe", env={"OMPI_COMM_WORLD_SIZE": "2"})
    return "this build has no MPI" not in done.stderr


def start(folder, ranks, output="r.h5", more=()):
    if shutil.which("mpirun") is None:
        raise Skip("no mpirun")
    if not has_mpi():
        raise Skip("built without MPI")
    return subprocess.Popen(["mpirun", "-n", str(ranks), PROGRAM, *words(folder, output, more)], env=ENVIRONMENT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    output, errors = process.communicate(timeout=harness.LONGEST)
    return process.returncode, output, errors


def ranks_of(process):
    """Process numbers by rank."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            variables = dict(item.split("=", 1) for item in open(path, encoding="utf-8").read().split("\0") if "=" in item)
            parent = int(open(os.path.join(os.path.dirname(path), "stat"), encoding="utf-8").read().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if parent == process.pid and "OMPI_COMM_WORLD_RANK" in variables:
            found[int(variables["OMPI_COMM_WORLD_RANK"])] = int(path.split("/")[2])
    return found


def wait_for_checkpoint(folder, process):
    path = os.path.join(folder, "r.h5.partial")
    limit = time.monotonic() + 60
    while not os.path.exists(path) and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.01)
    assert os.path.exists(path), end(process)


def test_any_number_of_processes_writes_the_same_bytes(folder):
    whole = whole_run(folder, COUNT)
    for ranks in (1, 2, 4):
        code, output, errors = end(start(folder, ranks, f"r{ranks}.h5"))
        assert code == 0, (ranks, code, errors)
        assert output == "" and errors == "", (output, errors)
        assert open(os.path.join(folder, f"r{ranks}.h5"), "rb").read() == whole, f"{ranks} processes"
        assert not os.path.exists(os.path.join(folder, f"r{ranks}.h5.partial"))


def test_what_is_done_is_not_done_again(folder):
    whole_run(folder, COUNT)
    assert end(start(folder, 2))[0] == 0
    before = os.stat(os.path.join(folder, "r.h5")).st_mtime_ns
    code, _, errors = end(start(folder, 2))
    assert code == 0 and os.stat(os.path.join(folder, "r.h5")).st_mtime_ns == before, errors


def test_faults_are_told_once(folder):
    whole_run(folder, COUNT)
    os.remove(os.path.join(folder, "banks", "entities.csv"))
    code, _, errors = end(start(folder, 3))
    assert code == 65, (code, errors)
    assert errors.count("error:") == 1 and "entities.csv" in errors, errors


def stops(folder, number, rank):
    """A long run in a team gets a signal; then the same run is short, and goes on from what was saved."""
    whole = whole_run(folder, COUNT)
    process = start(folder, 3, more=("--count", ENDLESS))
    wait_for_checkpoint(folder, process)
    time.sleep(0.3)
    os.kill(process.pid if rank is None else ranks_of(process)[rank], number)
    code, _, errors = end(process)
    assert not os.path.exists(os.path.join(folder, "r.h5"))
    told = answer("info", os.path.join(folder, "r.h5.partial"))
    assert told["kind"] == "checkpoint" and told["scenarios_done"] >= 4096, told
    code_of_same, _, other = end(start(folder, 2, more=("--count", str(COUNT))))
    assert code_of_same == 73, "another run must not take it up: " + other
    for name in glob.glob(os.path.join(folder, "r.h5.partial*")):
        os.remove(name)
    assert end(start(folder, 2))[0] == 0
    assert open(os.path.join(folder, "r.h5"), "rb").read() == whole
    return code, errors


def test_a_signal_to_mpirun_or_one_process_saves_and_ends_all(folder):
    for rank in (None, 0, 2):
        own = os.path.join(folder, str(rank))
        os.mkdir(own)
        code, errors = stops(own, signal.SIGTERM, rank)
        assert code == 75 or rank is None, (rank, code, errors)  # mpirun may report its own death by the signal


def test_a_killed_process_leaves_what_was_saved(folder):
    for rank in (0, 1):
        own = os.path.join(folder, str(rank))
        os.mkdir(own)
        code, errors = stops(own, signal.SIGKILL, rank)
        assert code not in (0, 75), (rank, code, errors)


def test_a_team_resumes_what_a_team_began(folder):
    banks(folder)
    draws(folder, 4096 * 1000)
    expect(0, *words(folder, "whole.h5"))
    process = start(folder, 2, more=("--isa", "baseline", "--engine", "tile", "--threads", "1"))
    wait_for_checkpoint(folder, process)
    process.send_signal(signal.SIGTERM)
    end(process)
    done = answer("info", os.path.join(folder, "r.h5.partial"))["scenarios_done"]
    assert 4096 <= done < 4096 * 1000, done
    code, _, errors = end(start(folder, 4))
    assert code == 0, errors
    assert open(os.path.join(folder, "r.h5"), "rb").read() == open(os.path.join(folder, "whole.h5"), "rb").read()


def test_a_build_without_mpi_refuses_a_team(folder):
    banks(folder)
    draws(folder, 4096)
    if has_mpi():
        raise Skip("built with MPI")
    done = call(*words(folder, "r.h5"), env={"OMPI_COMM_WORLD_SIZE": "2"})
    assert done.returncode == 69 and "--shard" in done.stderr, done
    assert not os.path.exists(os.path.join(folder, "r.h5"))


if __name__ == "__main__":
    harness.main(globals())
