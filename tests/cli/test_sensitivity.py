"""loopstress sensitivity: derivatives of ES by small changes over the tail, against closed forms and against networks edited by hand."""
import math
import os

import harness
from harness import answer, banks, draws, expect, write

MILD = "count: {count}\nseed: 7\nfactors: [{{name: market}}]\nloadings: [{{target: '*', factor: market, value: 0.5}}]\n" \
       "marginals: [{{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.12, sd: 0.06}}]\n"


def parameters(told):
    return {(p["table"], p["row"], p["column"]): p for p in told["parameters"]}


def one_bank(folder, count=20000):
    path = os.path.join(folder, "one")
    os.makedirs(path)
    write(os.path.join(path, "entities.csv"), "id,external_assets,external_liabilities\na,100,20\n")
    write(os.path.join(path, "liabilities.csv"), "debtor,creditor,amount\n")
    return path, write(os.path.join(folder, "mild.yaml"), MILD.format(count=count))


def test_a_loss_that_is_a_share_of_what_is_there_has_es_over_it_as_its_derivative(folder):
    """The loss is A x share, never beyond equity: ES is linear in A, and does not depend on what is owed."""
    path, scenarios = one_bank(folder)
    told = answer("sensitivity", path, "--model", "eisenberg-noe", "--scenarios", scenarios)
    run = answer("run", path, "--model", "eisenberg-noe", "--scenarios", scenarios)
    assert told["es"] == run["system"]["es"]["0.99"]["value"] and told["var"] == run["system"]["var"]["0.99"]["value"]
    by = parameters(told)
    assets = by["entities", "a", "external_assets"]
    # A step of 1 % moves scenarios over VaR as well: an error of second order, below 1 % x density of the tail.
    assert abs(assets["derivative"] - told["es"] / 100) < 0.002 * told["es"] / 100 + assets["derivative_se"] / 10
    fine = parameters(answer("sensitivity", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--step", "1e-5"))
    # The scenario at VaR itself, one beside the 200 of the tail, is beyond it on one side of the change and counts for half.
    assert abs(fine["entities", "a", "external_assets"]["derivative"] - told["es"] / 100) < told["es"] / 100 / 200
    for other in ("cash", "external_liabilities"):
        assert by["entities", "a", other]["derivative"] == 0 == by["entities", "a", other]["derivative_se"]


def test_derivatives_are_the_differences_of_edited_networks(folder):
    """ES of a network with the number one step up and of one with it one step down, each with a VaR of its own: they agree within
    three errors of the pairs, for links, buffers and a rate of recovery."""
    path = banks(folder)
    write(os.path.join(path, "entities.csv"), "id,external_assets,external_liabilities\na,100,60\nb,75,40\nc,80,50\n")
    scenarios = write(os.path.join(folder, "mild.yaml"), MILD.format(count=20000))
    costly = ("--model", "rogers-veraart", "--set", "alpha=0.5", "--set", "beta=0.5", "--scenarios", scenarios)
    told = answer("sensitivity", path, *costly)
    keys = {"entities": ("id",), "liabilities": ("debtor", "creditor")}
    compared = 0
    for p in told["parameters"]:
        if p["derivative"] == 0:
            continue
        lines = []
        for name, value in (("up", p["value"] + p["step"]), ("down", max(p["value"] - p["step"], 0))):
            if p["table"] == "settings":
                lines.append(f"- {{name: {name}, settings: {{{p['column']}: {value!r}}}}}")
            else:
                where = ", ".join(f"{key}: {part}" for key, part in zip(keys[p["table"]], p["row"].split(">")))
                lines.append(f"- {{name: {name}, edits: [{{table: {p['table']}, where: {{{where}}}, column: {p['column']}, set: {value!r}}}]}}")
        edits = write(os.path.join(folder, "e.yaml"), "cases:\n" + "\n".join(lines) + "\n")
        up, down = (c["es"]["0.99"] for c in answer("whatif", path, "--edits", edits, *costly)["cases"])
        width = p["value"] + p["step"] - max(p["value"] - p["step"], 0)
        by_hand = (up["value"] - down["value"]) / width
        assert abs(p["derivative"] - by_hand) <= 3 * p["derivative_se"] + 1e-9, (p, by_hand)
        compared += 1
    assert compared >= 8, compared
    signs = {key: math.copysign(1, p["derivative"]) for key, p in parameters(told).items()}
    assert signs["entities", "a", "cash"] == -1 and signs["settings", "", "alpha"] == -1 and signs["liabilities", "b>c", "amount"] == 1


def test_the_error_is_that_of_other_seeds(folder):
    """30 seeds scatter as the error says: chi-square of 29, 5 standard deviations either way."""
    path, _ = one_bank(folder)
    scenarios = write(os.path.join(folder, "few.yaml"), MILD.format(count=3000))
    words = ["sensitivity", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--level", "0.95", "--step", "1e-4"]
    found = [parameters(answer(*words, "--seed", seed))["entities", "a", "external_assets"] for seed in range(30)]
    values = [p["derivative"] for p in found]
    mean = sum(values) / 30
    ratio = sum((v - mean) ** 2 for v in values) / 29 / (sum(p["derivative_se"] ** 2 for p in found) / 30)
    # The error takes VaR as known: to first order it does not count, so that the excess alone scatters, plus VaR's own scatter over A.
    assert ratio < 4 and ratio > 1 - 5 * math.sqrt(2 / 29), ratio


def test_ranked_by_effect_and_told_to_people(folder):
    told = answer("sensitivity", banks(folder), "--model", "rogers-veraart", "--set", "alpha=0.5", "--scenarios", draws(folder, 4000))
    effects = [abs(p["effect_of_step"]) for p in told["parameters"]]
    assert effects == sorted(effects, reverse=True) and effects[0] > 0
    text = expect(0, "sensitivity", os.path.join(folder, "banks"), "--model", "rogers-veraart", "--scenarios",
                  os.path.join(folder, "draws.yaml")).stdout
    assert "adds to ES" in text and all(len(line) <= 120 for line in text.splitlines())


def test_the_answer_is_the_same_for_threads_and_engines(folder):
    words = ["sensitivity", banks(folder), "--model", "eisenberg-noe", "--scenarios", draws(folder, 4000), "--json", "--quiet"]
    first = expect(0, *words, "--threads", 1).stdout
    for engine in ("push", "tile", "sweep"):
        assert expect(0, *words, "--threads", 2, "--engine", engine, "--chunk", 41).stdout == first


def test_what_it_refuses(folder):
    words = ["sensitivity", banks(folder), "--model", "eisenberg-noe"]
    assert "--scenarios" in expect(64, *words).stderr
    draws(folder, 100)
    words += ["--scenarios", os.path.join(folder, "draws.yaml")]
    for step in ("0", "1", "2"):
        assert "step is" in expect(64, *words, "--step", step).stderr
    expect(64, *words, "--level", "0.9")
    assert "no tail" in expect(78, *words, "--level", "0.999").stderr
    rows = write(os.path.join(folder, "rows.csv"), "scenario,target,variable,value\nx,a,external_assets_loss,0.5\n")
    assert "random scenarios" in expect(78, *words[:4], "--scenarios", rows).stderr
    draws(folder, 8192, "assumption_draws: 2", "many.yaml")
    assert "assumption_draws" in expect(78, *words[:4], "--scenarios", os.path.join(folder, "many.yaml")).stderr


harness.main(globals())
