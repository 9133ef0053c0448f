"""Runs whose assumptions are drawn, on the AI data set: the same bits in every way of running, what is told, what is refused."""
import os

import harness
from harness import SOURCE, Skip, answer, expect, write

COUNT = 8 * 4096
LOOP = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")
SHOCKS = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios", "monte-carlo.yaml")


def job(folder, draws=8, count=COUNT, more=""):
    """The words of a run with that many draws, and the worst three scenarios kept."""
    if not os.path.isdir(LOOP) or not os.path.exists(SHOCKS):
        raise Skip("the data set is not there")
    with open(SHOCKS, encoding="utf-8") as file:
        text = file.read()
    assert "assumption_draws: 1\n" in text and "keep: {worst: 100}" in text
    text = text.replace("assumption_draws: 1\n", f"assumption_draws: {draws}\n").replace("{worst: 100}", "{worst: 3}")
    path = write(os.path.join(folder, f"draws-{draws}-{len(more)}.yaml"), text + more)
    return ("run", LOOP, "--model", "loop", "--scenarios", path, "--count", str(count), "--backend", "cpu")


def test_no_way_of_running_changes_the_digest(folder):
    words = job(folder, 3, 3 * 4096)
    whole = answer(*words)["digest"]
    assert answer(*words, "--threads", "1", "--chunk", "100", "--isa", "baseline")["digest"] == whole
    network = os.path.join(folder, "n.h5")
    expect(0, "import", LOOP, "-o", network)
    assert answer(words[0], network, *words[2:])["digest"] == whole
    parts = [os.path.join(folder, f"{part}.h5") for part in range(3)]
    for part, path in enumerate(parts):
        expect(0, *words, "--shard", f"{part}/3", "-o", path, "--quiet")
    merged = os.path.join(folder, "merged.h5")
    expect(0, "merge", parts[2], parts[0], parts[1], "-o", merged)
    assert answer("info", merged)["digest"] == whole


def test_cuda_gives_the_digest_of_the_cpu(folder):
    if not {b["name"]: b["available"] for b in answer("backends")}["cuda"]:
        if os.environ.get("LOOPSTRESS_REQUIRE_GPU") == "1":
            raise AssertionError("a GPU is required and none answers")
        raise Skip("no CUDA device answers")
    words = job(folder)
    assert answer(*words)["digest"] == answer(*["cuda" if word == "cpu" else word for word in words])["digest"]


def test_a_setting_that_is_given_is_not_drawn(folder):
    words = job(folder, 6, 6 * 4096)  # few enough to be quick, enough that some draw has another build lag
    central = answer(*job(folder, 1, 4096))["settings"]["build_lag"]
    drawn, given = answer(*words), answer(*words, "--set", f"build_lag={central}")
    assert drawn["settings"] == given["settings"] and drawn["digest"] != given["digest"]
    parts = [os.path.join(folder, f"given-{part}.h5") for part in range(2)]
    for part, path in enumerate(parts):
        expect(0, *words, "--set", f"build_lag={central}", "--shard", f"{part}/2", "-o", path, "--quiet")
    merged = os.path.join(folder, "given.h5")
    expect(0, "merge", *parts, "-o", merged)
    assert answer("info", merged)["digest"] == given["digest"]
    foreign = os.path.join(folder, "foreign.h5")
    expect(0, *words, "--shard", "1/2", "-o", foreign, "--quiet")
    expect(65, "merge", parts[0], foreign, "-o", os.path.join(folder, "mixed.h5"))


def test_the_option_stands_in_for_the_file(folder):
    words = job(folder, 1, 2 * 4096)
    drawn = answer(*words, "--draws", "2")
    assert drawn["digest"] == answer(*job(folder, 2, 2 * 4096))["digest"] and drawn["draws"]["count"] == 2
    assert answer(*job(folder, 2, 2 * 4096), "--draws", "1")["digest"] == answer(*words)["digest"]
    parts = [os.path.join(folder, f"option-{part}.h5") for part in range(2)]
    for part, path in enumerate(parts):
        expect(0, *words, "--draws", "2", "--shard", f"{part}/2", "-o", path, "--quiet")
    merged, page = os.path.join(folder, "option.h5"), os.path.join(folder, "option.html")
    expect(0, "merge", *parts, "-o", merged)
    assert answer("info", merged)["digest"] == drawn["digest"]
    expect(0, "report", merged, "-o", page)
    with open(page, encoding="utf-8") as file:
        assert "--draws 2" in file.read()  # the command that repeats it
    assert "must be a multiple of 4096 times 3" in expect(78, *words, "--draws", "3").stderr
    assert "at least 1" in expect(64, *words, "--draws", "0").stderr
    assert "within 0 and 10000" in expect(64, *words, "--draws", "10001").stderr


def test_two_runs_are_compared_draw_by_draw(folder):
    words = job(folder, 3, 3 * 4096)
    paths = [os.path.join(folder, f"pair-{k}.h5") for k in range(2)]
    for path, more in zip(paths, ((), ("--set", "recovery_assets=0.5"))):
        expect(0, *words, *more, "-o", path, "--quiet")
    told = harness.json.loads(expect(1, "compare", *paths, "--json", "--quiet").stdout)["paired"]
    means = []  # by draw, from the losses of every scenario: block b is of draw b mod 3
    for path in paths:
        export = path + ".csv"
        expect(0, "export", path, "-o", export)
        with open(os.path.join(export, "scenarios.csv"), encoding="utf-8") as file:
            rows = [line.split(",") for line in file.read().splitlines()]
        place = rows[0].index("loss_gross")
        losses = [float(row[place]) for row in rows[1:]]
        means.append([sum(losses[d * 4096:(d + 1) * 4096]) / 4096 for d in range(3)])
    differences = sorted(b - a for a, b in zip(*means))
    band = told["draws"]["loss_mean"]
    assert told["draws"]["count"] == 3 and told["draws"]["band"] == "all"
    for key, difference in zip(("low", "median", "high"), differences):
        assert abs(band[key] - difference) < 1e-9 * max(means[0]), (key, band[key], difference)
    central = os.path.join(folder, "central.h5")
    expect(0, *words, "--draws", "1", "-o", central, "--quiet")
    assert "draws" not in harness.json.loads(expect(1, "compare", paths[0], central, "--json", "--quiet").stdout)["paired"]


def test_kept_scenarios_equal_those_replayed_alone(folder):
    kept = answer(*job(folder, 4, 4 * 4096))["scenarios"]
    numbers = sorted(int(scenario["id"]) for scenario in kept)
    again = answer(*job(folder, 4, 4 * 4096, more=f"replay: {numbers}\n"))
    assert sorted(map(str, kept)) == sorted(map(str, again["scenarios"]))
    for scenario in kept:
        assert scenario["assumption_draw"] == int(scenario["id"]) // 4096 % 4
    assert again["draws"] == {"count": 4, "redrawn": again["draws"]["redrawn"], "band": "all"}


def test_json_tells_the_spread_over_draws(folder):
    told = answer(*job(folder))
    draws = told["draws"]
    assert draws["count"] == 8 and draws["redrawn"] >= 0 and draws["band"] == "all"
    bands = [draws["system"]["loss_mean"], draws["system"]["default_count_mean"]]
    bands += [draws["system"][kind][level] for kind in ("var", "es") for level in ("0.95", "0.99", "0.999")]
    bands += [entity[key] for entity in draws["entities"] for key in ("default_probability", "loss_mean")]
    for band in bands:
        assert band["low"] <= band["median"] <= band["high"], band
    assert draws["system"]["loss_mean"]["low"] < told["system"]["loss_mean"] < draws["system"]["loss_mean"]["high"]
    ids = [entity["id"] for entity in told["entities"]]
    assert [e["id"] for e in draws["entities"]] == ids == [e["id"] for e in draws["baseline_gate"]]
    assert all(0 <= share["loss_mean"] <= 1 and 0 <= share["es_0.99"] <= 1 for share in draws["variance_shares"])
    assert all(max(e["default_share"], e["distress_share"]) <= e["share"] <= 1 for e in draws["baseline_gate"])
    parameters = {share["parameter"] for share in draws["variance_shares"]}
    assert "cash" in parameters and "quarters" not in parameters


def test_central_values_have_no_draws(folder):
    told = answer(*job(folder, 1, 4096))
    assert "draws" not in told and "assumption_draw" not in told["scenarios"][0]


def test_the_summary_has_a_section(folder):
    text = expect(0, *job(folder, 20, 20 * 4096), "--quiet").stdout
    assert "Over 20 draws of " in text and "median [5-95 % of draws]" in text
    assert "without" in text and "unrelated ones" in text


def test_what_cannot_be_exits_78(folder):
    done = expect(78, *job(folder, 8, 4096))
    assert "must be a multiple of 4096 times 8, 32768" in done.stderr
    words = list(job(folder, 2, 8192))
    words[1] = harness.banks(folder)
    done = expect(78, *words, "--allow-missing-targets")
    assert "made of deals.csv and assumptions.csv" in done.stderr


harness.main(globals())
