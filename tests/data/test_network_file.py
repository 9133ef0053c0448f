#!/usr/bin/python3
"""Network files as h5py, xarray and anndata's sparse layout see them: argv[1] is the program."""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

from checks import PROGRAM, check, end, skip

try:
    import h5py
    import numpy as np
    import xarray as xr
except ImportError as error:
    skip("network files in Python", str(error))
    end()


def table(folder, name, rows):
    with open(os.path.join(folder, name), "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True)


def bank_folder(folder):
    os.mkdir(folder)
    table(folder, "entities.csv", [["id", "name", "sector", "external_assets", "external_liabilities", "my score", "note"],
                                   ["B1", "CRÉDIT-Ω", "bank", "10.1", "2", "1", "=1+1"],
                                   ["B2", "", "bank", "5", "3", "0.1", ""],
                                   ["B3", "Third", "fund", "4", "1e-9", "7", "x"]])
    table(folder, "liabilities.csv", [["debtor", "creditor", "amount", "seniority"], ["B3", "B1", "2.5", "0"],
                                      ["B1", "B2", "3", "0"], ["B1", "B3", "0.3", "2"], ["B2", "B3", "4", "0"]])
    table(folder, "assets.csv", [["id", "price", "market_depth"], ["bond", "1", "100"], ["loan", "0.5", "50"]])
    table(folder, "holdings.csv", [["holder", "asset", "amount"], ["B3", "loan", "1.5"], ["B1", "bond", "2"]])
    table(folder, "shareholdings.csv", [["holder", "issuer", "share"]])
    with open(os.path.join(folder, "network.yaml"), "w", encoding="utf-8") as file:
        file.write("name: three banks\ncurrency: EUR\nunit: mn\nas_of: 2026-06-30\nsources: [one, two]\n")


def objects(group):
    for name in group:
        yield group[name]
        if isinstance(group[name], h5py.Group):
            yield from objects(group[name])


def is_scale(dataset):
    return dataset.attrs.get("CLASS") == b"DIMENSION_SCALE"


def check_layout(path):
    with h5py.File(path) as file:
        check("kind, schema and conventions stand at the root",
              (file.attrs["loopstress_kind"], file.attrs["Conventions"], file.attrs["loopstress_schema_version"]) ==
              ("network", "Loopstress-1.0", "1.0.0"))
        check("metadata are attributes", (file.attrs["name"], file.attrs["currency"], list(file.attrs["sources"])) ==
              ("three banks", "EUR", ["one", "two"]))
        check("ids are the scale of entities", list(file["entity"].asstr()) == ["B1", "B2", "B3"] and is_scale(file["entity"]))
        first = file["liabilities/0"]
        check("a seniority is a sparse matrix, rows are debtors", first.attrs["orientation"] == "row_is_debtor" and
              first.attrs["encoding-type"] == "csr_matrix" and list(first.attrs["shape"]) == [3, 3])
        check("links stand in row order", list(first["indptr"]) == [0, 1, 2, 3] and list(first["indices"]) == [1, 2, 0] and
              list(first["amount"]) == [3, 4, 2.5])
        check("data is the first value column itself", first["data"] == first["amount"])
        check("seniorities are groups", sorted(file["liabilities"]) == ["0", "2"] and list(file["liabilities/2/data"]) == [0.3])
        check("holdings have assets as columns", list(file["holdings"].attrs["shape"]) == [3, 2] and
              list(file["holdings/indices"]) == [0, 1])
        check("columns of odd names are kept", list(file["entities"].attrs["columns"])[5] == "my score" and
              list(file["entities/column_5"]) == [1, 0.1, 7])
        check("texts are kept", list(file["entities/name"].asstr()) == ["CRÉDIT-Ω", "", "Third"])
        check("an empty table is there", file["shareholdings"].attrs["row_count"] == 0)
        check("sources have hashes", len(file["import"].attrs["sha256"]) == 6 and
              all(len(text) == 64 for text in file["import"].attrs["sha256"]))
        bare = [o.name for o in objects(file) if isinstance(o, h5py.Dataset) and "units" not in o.attrs]
        check("every dataset has units", not bare, bare)
        check("amounts are in the network's unit", file["entities/external_assets"].attrs["units"] == "EUR mn")
        arrays = [o for o in objects(file) if isinstance(o, h5py.Dataset) and not is_scale(o)]
        check("every dimension has a scale", all(len(d) == 1 for o in arrays for d in o.dims))
        check("no dataset names a dimension twice", all(len({d[0].name for d in o.dims}) == len(o.dims) for o in arrays))


def check_engines(path):
    for engine in ("netcdf4", "h5netcdf"):
        try:
            root = xr.open_dataset(path, engine=engine)
            entities = xr.open_dataset(path, engine=engine, group="entities").load()
            links = xr.open_dataset(path, engine=engine, group="liabilities/0").load()
            check(f"{engine} opens every table", list(root.entity.values) == ["B1", "B2", "B3"] and
                  list(entities.external_assets.values) == [10.1, 5, 4] and links.amount.sum() == 9.5)
        except Exception as error:
            check(f"{engine} opens every table", False, repr(error))


def digest(network, scenarios):
    result = run("run", network, "--model", "eisenberg-noe", "--scenarios", scenarios, "--json", "--quiet")
    return json.loads(result.stdout)["digest"] if result.returncode == 0 else result.stderr


def check_program(work, folder, path):
    table(work, "shocks.csv", [["scenario", "target", "variable", "value"], ["s", "*", "external_assets_loss", "0.6"]])
    shocks = os.path.join(work, "shocks.csv")
    check("folder and file give the same digest", digest(folder, shocks) == digest(path, shocks) and len(digest(path, shocks)) == 32,
          digest(path, shocks))
    again = os.path.join(work, "again.h5")
    check("a file can be imported again", run("import", path, "-o", again).returncode == 0)
    check("importing twice gives the same bytes", open(path, "rb").read() == open(again, "rb").read())
    check("an existing output is not replaced", run("import", folder, "-o", path).returncode == 73)
    check("unless forced", run("import", folder, "-o", path, "--force").returncode == 0)
    info = json.loads(run("info", path, "--json").stdout)
    check("info tells kind, size and sources", info["kind"] == "network" and info["entities"] == 3 and info["links"] == 6 and
          {i["file"] for i in info["inputs"]} >= {"entities.csv", "network.yaml"}, info)


def check_damage(work, path):
    whole = open(path, "rb").read()
    hurt = os.path.join(work, "hurt.h5")
    codes = set()
    for place in range(100, len(whole) - 64, len(whole) // 60):
        with open(hurt, "wb") as file:
            file.write(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1:])
        codes.add(run("info", hurt).returncode)
    check("a changed byte is found out", codes == {65}, codes)
    for length in (0, 7, 100, len(whole) // 2, len(whole) - 200):
        with open(hurt, "wb") as file:
            file.write(whole[:length])
        codes.add(run("check", hurt).returncode)
    check("a cut file is refused", codes == {65}, codes)
    check("a missing file is missing", run("info", os.path.join(work, "none.h5")).returncode == 66)
    check("a folder is no file", run("info", work).returncode == 65)


def hostile(work, path, name, change):
    """A copy changed through h5py, which drops the checksum: the reader's own checks must hold."""
    copy = os.path.join(work, "hostile.h5")
    shutil.copy(path, copy)
    with h5py.File(copy, "r+") as file:
        change(file)
    result = run("info", copy)
    check(f"refused: {name}", result.returncode == 65 and "hostile.h5" in result.stderr, (result.returncode, result.stderr))


def replace(file, name, make):
    del file[name]
    make(file, name)


def check_hostile(work, path):
    secret = os.path.join(work, "secret")
    open(secret, "wb").write(b"\0" * 24)
    hostile(work, path, "a soft link", lambda f: replace(f, "liabilities/0/amount", lambda g, n: g.__setitem__(n, h5py.SoftLink("/holdings/data"))))
    hostile(work, path, "an external link", lambda f: replace(f, "entities/cash" if "cash" in f["entities"] else "entities/external_assets",
            lambda g, n: g.__setitem__(n, h5py.ExternalLink(path, "/entities/external_assets"))))
    hostile(work, path, "external storage", lambda f: replace(f, "entities/external_assets", lambda g, n: g.create_dataset(
            n, (3,), "f8", external=[(secret, 0, 24)])))
    hostile(work, path, "texts for numbers", lambda f: replace(f, "entities/external_assets", lambda g, n: g.create_dataset(
            n, data=["a", "b", "c"], dtype=h5py.string_dtype())))
    hostile(work, path, "a wrong length", lambda f: replace(f, "entities/external_assets", lambda g, n: g.create_dataset(n, data=np.ones(4))))
    hostile(work, path, "an index beyond the shape", lambda f: f["liabilities/0/indices"].__setitem__(0, 7))
    hostile(work, path, "an indptr that descends", lambda f: f["liabilities/0/indptr"].__setitem__(1, 3))
    hostile(work, path, "a later schema", lambda f: f.attrs.modify("loopstress_schema_version", "2.0.0"))
    hostile(work, path, "another kind of file", lambda f: f.attrs.__delitem__("loopstress_kind"))
    hostile(work, path, "too many rows", lambda f: f["entities"].attrs.modify("row_count", 4))


with tempfile.TemporaryDirectory() as work_folder:
    network_folder, network_file = os.path.join(work_folder, "net"), os.path.join(work_folder, "net.h5")
    bank_folder(network_folder)
    imported = run("import", network_folder, "-o", network_file)
    check("import succeeds", imported.returncode == 0, imported.stderr)
    if imported.returncode == 0:
        check_layout(network_file)
        check_engines(network_file)
        check_program(work_folder, network_folder, network_file)
        check_damage(work_folder, network_file)
        check_hostile(work_folder, network_file)
end()
