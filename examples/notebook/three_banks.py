# %% [markdown]
# # Three banks: how thick must Birch's cushion be?
#
# A notebook in percent format: Jupyter (with jupytext), VS Code and Spyder open it cell by cell, `python3` runs it whole.
# Needs numpy, xarray and the package: `PYTHONPATH=python`, or its wheel (docs/python.md).

# %%
from pathlib import Path

import numpy as np

import loopstress

HERE = Path(__file__).resolve().parent if "__file__" in globals() else Path.cwd()
SCENARIOS = HERE.parent / "three-banks" / "monte-carlo.yaml"

# %% [markdown]
# The network, from arrays: what each bank has and owes outside, and the matrix of what row owes column.

# %%
ids = np.array(["alder", "birch", "cedar"])
assets = np.array([10.0, 6.0, 8.0])
owed = np.array([[0, 8, 0], [0, 0, 8], [6, 0, 0]])


def banks(cushion: float = 0.0) -> loopstress.Network:
    """The three banks, Birch with so much cash more."""
    return loopstress.network_of_matrix(owed, {
        "id": ids,
        "external_assets": assets,
        "external_liabilities": np.full(3, 4.0),
        "cash": np.where(ids == "birch", cushion, 0.0),
    }, name="three banks", currency="EUR", unit="bn")


# %% [markdown]
# A hundred thousand draws, and all their numbers under their names.

# %%
results = loopstress.run(banks(), "eisenberg-noe", scenarios=SCENARIOS)
table = results.to_xarray()
print(table[["default_probability", "loss_mean", "loss_mean_stderr"]].to_dataframe().to_string())
print("digest", results.digest)

# %% [markdown]
# Losses by scenario lie in the library's own memory: what follows copies no more than the tail.

# %%
losses = table.loss_gross
tail = losses.where(losses >= losses.quantile(0.99), drop=True)
print(f"worst hundredth: {tail.sizes['scenario']} scenarios, {float(tail.mean()):.4f} {losses.attrs['units']} on average")

# %% [markdown]
# The same scenarios on other networks: all differences are the cushion's.

# %%
for cushion in (0.0, 0.5, 1.0, 1.5, 2.0):
    with banks(cushion) as network:
        told = loopstress.run(network, "eisenberg-noe", scenarios=SCENARIOS).to_xarray()
    print(f"cushion {cushion:.1f}: Birch defaults in {float(told.default_probability.sel(entity='birch')):.2%}, "
          f"Alder in {float(told.default_probability.sel(entity='alder')):.2%}")
