"""loopstress window: the curve that it prints, the same for a seed, and what its options change."""
import harness
from harness import answer, expect

FEW = ("window", "--entities", "200", "--networks", "40", "--degrees", "0.5,3,20")


def test_contagion_is_within_the_window_alone():
    told = answer(*FEW)
    assert told["most_borrowers"] == 5 and [round(z, 4) for z in told["window"]] == [1.0037, 7.4771], told
    below, inside, above = told["points"]
    assert (below["degree"], inside["degree"], above["degree"]) == (0.5, 3, 20)
    assert below["frequency"] == above["frequency"] == 0 and below["extent"] is None, told
    assert inside["frequency"] > 0.5 and inside["extent"] > 0.5, told
    low, high = inside["frequency_ci95"]
    assert low < inside["frequency"] < high, inside


def test_a_seed_gives_the_same_curve_and_options_another():
    first = answer(*FEW)["points"]
    assert first == answer(*FEW)["points"] == answer(*FEW, "--seed", "0")["points"]
    assert first != answer(*FEW, "--seed", "1")["points"]
    assert answer(*FEW, "--tie", "survives")["most_borrowers"] == 4
    assert answer(*FEW, "--capital-ratio", "0.3")["window"] is None
    assert answer(*FEW, "--capital-ratio", "0.3")["points"][1]["frequency"] == 0


def test_people_read_a_table():
    text = expect(0, *FEW).stdout
    assert "from 1.0037 to 7.4771" in text and text.count("\n") == 7, text
    assert "no contagion at any mean degree" in expect(0, *FEW, "--capital-ratio", "0.3").stdout


def test_options_are_checked():
    for words in (("--degrees", "1,,2"), ("--degrees", "x"), ("--degrees", "-1"), ("--degrees", "1;2"), ("--degrees", "0"),
                  ("--degrees", "1000"), ("--entities", "2"), ("--networks", "0"), ("--networks", "1000001"),
                  ("--capital-ratio", "0"), ("--interbank-share", "1"), ("--threshold", "1"), ("--tie", "maybe")):
        expect(64, "window", *words)
    expect(64, "window", "network")


harness.main(globals())
