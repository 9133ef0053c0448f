"""loopstress rare: probabilities by importance sampling, against closed forms, against plain draws, and without a shift bit for bit."""
import csv
import math
import os
from statistics import NormalDist

import harness
from harness import answer, banks, draws, expect, write

LOOP = os.path.join(harness.SOURCE, "datasets", "ai-loop")
NORMAL = ("count: {count}\nseed: {seed}\nfactors: [{{name: market}}, {{name: rates}}]\ncorrelations: [{{a: market, b: rates, value: 0.3}}]\n"
          "loadings:\n  - {{target: '*', factor: market, value: 0.7}}\n  - {{target: '*', factor: rates, value: 0.45}}\nmarginals:\n"
          "  - {{variable: external_assets_loss, target: a, distribution: normal, mean: 0.3, sd: 0.02}}\n"
          "  - {{variable: external_assets_loss, target: b, distribution: normal, mean: 0.4, sd: 0.03}}\n")
EXPLAINED = 0.7 ** 2 + 0.45 ** 2 + 2 * 0.3 * 0.7 * 0.45  # of the variance of each, which is also how they correlate
DEVIATION = math.sqrt(2 ** 2 + 6 ** 2 + 2 * 2 * 6 * EXPLAINED)


def two_banks(folder, count, seed=1):
    """They owe nobody: the loss is normal with mean 110 and that deviation (marginals are cut at 0 and 1, 13 deviations away)."""
    path = os.path.join(folder, "two")
    os.makedirs(path, exist_ok=True)
    write(os.path.join(path, "entities.csv"), "id,external_assets\na,100\nb,200\n")
    write(os.path.join(path, "liabilities.csv"), "debtor,creditor,amount\n")
    scenarios = write(os.path.join(folder, "normal.yaml"), NORMAL.format(count=count, seed=seed))
    return [path, "--model", "eisenberg-noe", "--scenarios", scenarios]


def plain_losses(folder, words, count):
    results, tables = os.path.join(folder, "r.h5"), os.path.join(folder, "tables")
    expect(0, "run", *words, "--count", count, "-o", results, "--quiet")
    expect(0, "export", results, "--format", "csv", "-o", tables, "--quiet")
    with open(os.path.join(tables, "scenarios.csv"), encoding="utf-8") as file:
        return [float(row["loss_gross"]) for row in csv.DictReader(line for line in file if line[0] != "#")]


def test_without_a_shift_it_is_the_plain_run_and_every_weight_is_1(folder):
    words = [banks(folder), "--model", "eisenberg-noe", "--scenarios", draws(folder, 5000)]
    losses = plain_losses(folder, words, 5000)
    target = sorted(losses)[4500]
    told = answer("rare", *words, "--target-loss", repr(target), "--plain")
    beyond = [loss for loss in losses if loss >= target]
    assert told["events"] == len(beyond) == 500
    assert abs(told["probability"] - 0.1) < 1e-15  # a running mean of 0 and 1
    assert told["weight_mean"] == 1 and told["weight_mean_se"] == 0
    assert told["effective_sample_size"] == 500 and told["stages"] == []
    assert abs(told["loss_mean_at_event"] - sum(beyond) / 500) <= 1e-12 * sum(beyond) / 500
    assert all(factor["shift"] == 0 for factor in told["factors"])


def test_one_in_a_million_within_one_percent(folder):
    """The closed form of the normal loss, its mean beyond included."""
    normal = NormalDist()
    for beta, p in ((3.09, 1e-3), (4.7534243088, 1e-6)):
        told = answer("rare", *two_banks(folder, 500000), "--target-loss", repr(110 + beta * DEVIATION))
        exact = normal.cdf(-beta)
        assert abs(exact / p - 1) < 0.01
        assert abs(told["probability"] - exact) < 4 * told["probability_se"], (beta, told["probability"], exact)
        assert told["relative_error"] < 0.01, told["relative_error"]
        assert abs(told["weight_mean"] - 1) < 5 * told["weight_mean_se"]
        mean = 110 + DEVIATION * normal.pdf(beta) / exact
        assert abs(told["loss_mean_at_event"] - mean) < 5 * told["loss_mean_at_event_se"]
        assert 0 < told["effective_sample_size"] < told["events"] <= 500000
    assert told["gain_over_plain"] > 1000


def test_the_error_is_that_of_other_seeds(folder):
    """40 seeds at one in a thousand: chi-square of 39, 5 standard deviations either way; and no bias."""
    values, errors = [], []
    for seed in range(40):
        told = answer("rare", *two_banks(folder, 5000, seed), "--target-loss", repr(110 + 3.09 * DEVIATION), "--pilot", 2000)
        values.append(told["probability"])
        errors.append(told["probability_se"])
    mean = sum(values) / 40
    scatter = sum((v - mean) ** 2 for v in values) / 39
    assert abs(scatter / (sum(e * e for e in errors) / 40) - 1) < 5 * math.sqrt(2 / 39)
    assert abs(mean - NormalDist().cdf(-3.09)) < 5 * math.sqrt(scatter / 40)


def test_it_agrees_with_plain_draws_where_these_see_enough(folder):
    words = [banks(folder), "--model", "rogers-veraart", "--set", "alpha=0.6", "--set", "beta=0.6", "--scenarios", draws(folder, 100000)]
    run = answer("run", *words)
    target = repr(run["system"]["loss_max"] * 0.97)
    told = answer("rare", *words, "--target-loss", target)
    plain = answer("rare", *words, "--target-loss", target, "--plain", "--count", 1000000, "--seed", 99)
    assert told["events"] > 0 < plain["events"]
    error = math.hypot(told["probability_se"], plain["probability_se"])
    assert abs(told["probability"] - plain["probability"]) < 4 * error, (told["probability"], plain["probability"])
    default = answer("rare", *words, "--target-default", "c")
    share = next(e["default_probability"] for e in run["entities"] if e["id"] == "c")
    error = math.hypot(default["probability_se"], math.sqrt(share * (1 - share) / 100000))
    assert default["target"] == {"kind": "default", "entity": "c"}
    assert abs(default["probability"] - share) < 4 * error


def test_the_loop(folder):
    words = [os.path.join(LOOP, "2026-08"), "--model", "loop", "--scenarios", os.path.join(LOOP, "scenarios", "monte-carlo.yaml"),
             "--count", 8192]
    run = answer("run", *words, "--draws", 1)
    target = run["system"]["var"]["0.99"]["value"]
    told = answer("rare", *words, "--target-loss", repr(target), "--pilot", 2000)
    assert abs(told["probability"] - 0.01) < 5 * math.hypot(told["probability_se"], math.sqrt(0.01 * 0.99 / 8192))
    assert told["relative_error"] < math.sqrt(0.99 / 0.01 / 8192)  # better than plain
    text = expect(0, "rare", *words, "--target-loss", repr(target), "--pilot", 2000).stdout
    assert "once in" in text and "Drawn around these means" in text


def test_the_answer_is_the_same_for_threads_and_engines(folder):
    words = ["rare", banks(folder), "--model", "eisenberg-noe", "--scenarios", draws(folder, 3000), "--target-loss", 100, "--json",
             "--quiet", "--pilot", 1000]
    first = expect(0, *words, "--threads", 1).stdout
    for engine in ("push", "tile", "sweep"):
        assert expect(0, *words, "--threads", 2, "--engine", engine, "--chunk", 29).stdout == first


def test_what_it_refuses(folder):
    path = banks(folder)
    words = ["rare", path, "--model", "eisenberg-noe"]
    scenarios = ["--scenarios", draws(folder, 500)]
    assert "--target-loss" in expect(64, *words, *scenarios).stderr
    assert "--scenarios" in expect(64, *words, "--target-loss", 1).stderr
    assert "target_loss" in expect(64, *words, *scenarios, "--target-loss", 0).stderr
    assert "pilot is 99" in expect(64, *words, *scenarios, "--target-loss", 1, "--pilot", 99).stderr
    student = write(os.path.join(folder, "t.yaml"), "copula: student-t\ndegrees_of_freedom: 4\n" +
                    open(os.path.join(folder, "draws.yaml"), encoding="utf-8").read().replace("copula: gaussian\n", ""))
    assert "must be gaussian" in expect(78, *words, "--scenarios", student, "--target-loss", 1).stderr
    rows = write(os.path.join(folder, "rows.csv"), "scenario,target,variable,value\nx,a,external_assets_loss,0.5\n")
    assert "given one by one" in expect(78, *words, "--scenarios", rows, "--target-loss", 1).stderr
    told = answer(*words, *scenarios, "--target-loss", 1e9, "--pilot", 100)
    assert told["events"] == 0 and told["probability"] == 0 and told["relative_error"] is None
    assert "happened in none" in expect(0, *words, *scenarios, "--target-loss", 1e9, "--pilot", 100).stdout


harness.main(globals())
