"""The recipes of deploy/: the Slurm script as Slurm would run it, and the other files as far as can be told without their systems."""
import json
import os
import signal
import subprocess
import time

import harness
from harness import PROGRAM, SOURCE, Skip, banks, draws, expect

DEPLOY = os.path.join(SOURCE, "deploy")


def slurm(folder, index, count, scenarios):
    environment = dict(os.environ, LOOPSTRESS=PROGRAM, SLURM_ARRAY_TASK_ID=str(index + 1), SLURM_ARRAY_TASK_MIN="1",
                       SLURM_ARRAY_TASK_COUNT=str(count), SLURM_ARRAY_JOB_ID="7", SLURM_CPUS_PER_TASK="1")
    return subprocess.Popen(["sh", os.path.join(DEPLOY, "slurm-array.sh"), os.path.join(folder, "banks"), "eisenberg-noe",
                             scenarios, folder], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_slurm_array_that_is_preempted_merges_to_the_whole(folder):
    count, parts = 4096 * 900, 3
    banks(folder)
    scenarios = draws(folder, count)
    for index in range(parts):
        part = os.path.join(folder, f"part-{index + 1}.h5")
        first = slurm(folder, index, parts, scenarios)
        while first.poll() is None and not os.path.exists(part + ".partial"):
            time.sleep(0.002)
        first.send_signal(signal.SIGTERM)
        code = first.wait()
        assert code in (75, 0), code
        assert code == 0 or os.path.exists(part + ".partial")
        assert slurm(folder, index, parts, scenarios).wait() == 0
    whole, merged = os.path.join(folder, "whole.h5"), os.path.join(folder, "merged.h5")
    expect(0, "run", os.path.join(folder, "banks"), "--model", "eisenberg-noe", "-q", "--scenarios", scenarios, "-o", whole)
    expect(0, "merge", *[os.path.join(folder, f"part-{index + 1}.h5") for index in range(parts)], "-o", merged, "-q")
    expect(0, "compare", whole, merged)


def options_exist(words):
    help_text = expect(0, "run", "--help").stdout
    for word in words:
        assert not word.startswith("--") or word in help_text, word


def test_the_aws_batch_definition_names_what_there_is():
    with open(os.path.join(DEPLOY, "aws-batch.json"), encoding="utf-8") as file:
        definition = json.load(file)
    words = definition["containerProperties"]["command"]
    assert words[0] == "run" and "auto" in words, words
    options_exist(words)
    rules = definition["retryStrategy"]["evaluateOnExit"]
    assert {"action": "RETRY", "onExitCode": "75"} in rules and rules[-1]["action"] == "EXIT", rules


def test_the_kubernetes_job_names_what_there_is():
    try:
        import yaml
    except ImportError:
        raise Skip("no yaml module")
    with open(os.path.join(DEPLOY, "kubernetes.yaml"), encoding="utf-8") as file:
        job = yaml.safe_load(file)
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert job["kind"] == "Job" and spec["completionMode"] == "Indexed", job
    assert {"name": "JOB_COMPLETIONS", "value": str(spec["completions"])} in container["env"], container
    assert pod["terminationGracePeriodSeconds"] >= 15, pod
    options_exist(container["args"])
    fails = [rule["onExitCodes"]["values"] for rule in spec["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
    assert fails and not {0, 71, 74, 75} & set(fails[0]), fails  # those are worth another try


def test_the_container_gives_signals_to_the_program():
    with open(os.path.join(DEPLOY, "Containerfile"), encoding="utf-8") as file:
        text = file.read()
    assert 'ENTRYPOINT ["/opt/loopstress/loopstress"]' in text and "STOPSIGNAL SIGTERM" in text


harness.main(globals())
