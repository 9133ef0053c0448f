"""loopstress circularity: what its options ask for is what its answers tell."""
import os

import harness
from harness import answer, call, expect, write


def economy(folder):
    """Two that buy from each other, once the contract of b has begun in the second year; c buys from both."""
    write(os.path.join(folder, "entities.csv"), "id\na\nb\nc\n")
    write(os.path.join(folder, "purchases.csv"),
          "buyer,seller,backlog,per_quarter,start\na,b,8,1,0\nb,a,4,1,4\nc,a,40,2,0\nc,b,40,1,0\n")
    return folder


def test_the_window_decides_what_circulates(folder):
    """In the first year b pays nobody; in five years a pays 8 and b 4, of which 4 each go round: 8 of 8 + 4 + 40 + 20."""
    year, five = (answer("circularity", economy(folder), "--window", w) for w in ("4", "20"))
    assert (year["basis"], year["window_quarters"], five["window_quarters"]) == ("purchases", 4, 20), year
    assert year["max_circulation_share"] == 0 and abs(five["max_circulation_share"] - 8 / 72) < 1e-12, five
    assert abs(five["flow_between_entities"] - 72 * 4 / 20) < 1e-12, five
    assert year == answer("circularity", folder, "--basis", "purchases")
    assert "next 20 quarters" in expect(0, "circularity", folder, "--window", "20").stdout


def test_rewirings_are_as_many_as_asked_for_and_the_same_for_a_seed(folder):
    economy(folder)
    assert answer("circularity", folder)["rewired"]["count"] == 1000
    ask = ("circularity", folder, "--window", "20", "--rewirings", "50", "--seed", "18446744073709551615")
    first = answer(*ask)["rewired"]
    assert (first["count"], first["seed"]) == (50, "18446744073709551615") and first == answer(*ask)["rewired"]
    assert set(first["measures"]) == {"round_trip_ratio", "finn_cycling_index", "max_circulation_share"}
    assert first["measures"]["round_trip_ratio"]["percentile"] is None  # nobody invests
    assert 0 <= first["measures"]["finn_cycling_index"]["percentile"] <= 1
    assert answer("circularity", folder, "--rewirings", "0")["rewired"] is None
    assert "50 networks rewired" in expect(0, *ask).stdout


def test_draws_give_a_band_on_every_basis_of_a_ledger(folder):
    ledger = os.path.join(harness.SOURCE, "datasets", "ai-loop", "2025-11")
    bases = answer("circularity", ledger, "--draws", "3", "--rewirings", "0")["bases"]
    assert [b["basis"] for b in bases] == ["headline", "firm", "funded", "purchases"]
    for basis in bases:
        band = basis["draws"]["measures"]["round_trip_ratio"]
        assert basis["draws"]["count"] == 3 and band["p05"] <= band["median"] <= band["p95"], basis["draws"]
        assert band["central"] == basis["round_trip_ratio"], band
    assert "3 draws of the assumptions" in expect(0, "circularity", ledger, "--draws", "3", "--rewirings", "0").stdout


def test_what_cannot_be_is_refused(folder):
    economy(folder)
    for option in ("--window=5", "--rewirings=-1", "--draws=some", "--basis=net"):
        assert option.split("=")[0] in expect(64, "circularity", folder, option).stderr
    assert call("circularity", folder, "--draws", "2").returncode == 78
    assert call("circularity", folder, "--basis", "firm").returncode == 78


harness.main(globals())
