"""loopstress import of every kind of source: one network, one digest; options, statuses, what is told, the page."""
import csv
import os
import re

import harness
from harness import Skip, answer, call, expect, write

IDS = ["a", "b", "c", "d"]
OWED = {("a", "b"): 20.0, ("b", "c"): 30.25, ("c", "a"): 10.0, ("a", "d"): 0.1, ("d", "b"): 1e-3, ("c", "d"): 7.0}
ENTITIES = "id,external_assets,external_liabilities\na,30,15\nb,20,10\nc,25,22\nd,9,2\n"


def put_folder(folder):
    path = os.path.join(folder, "folder")
    os.makedirs(path)
    write(os.path.join(path, "entities.csv"), ENTITIES)
    rows = "".join(f"{i},{j},{value!r}\n" for (i, j), value in OWED.items())
    write(os.path.join(path, "liabilities.csv"), "debtor,creditor,amount\n" + rows)
    return path


def put_entities(folder):
    return write(os.path.join(folder, "e.csv"), ENTITIES)


def put_matrix(folder, turned=False):
    def cell(i, j):
        return repr(OWED[key]) if (key := (j, i) if turned else (i, j)) in OWED else ""
    shuffled = ["c", "a", "d", "b"]
    rows = "".join(i + "," + ",".join(cell(i, j) for j in shuffled) + "\n" for i in IDS)
    return write(os.path.join(folder, "turned.csv" if turned else "matrix.csv"), "," + ",".join(shuffled) + "\n" + rows)


def put_market(folder):
    rows = "".join(f"{IDS.index(i) + 1} {IDS.index(j) + 1} {value!r}\n" for (i, j), value in OWED.items())
    head = f"%%MatrixMarket matrix coordinate real general\n% made up\n4 4 {len(OWED)}\n"
    return write(os.path.join(folder, "m.mtx"), head + rows)


def put_sparse(folder, kind):
    try:
        import h5py
        import scipy.sparse
    except ImportError as reason:
        raise Skip(str(reason))
    matrix = scipy.sparse.lil_matrix((4, 4))
    for (i, j), value in OWED.items():
        matrix[IDS.index(i), IDS.index(j)] = value
    matrix = matrix.asformat(kind)
    path = os.path.join(folder, kind + ".h5ad")
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/debt")
        group.attrs["encoding-type"], group.attrs["encoding-version"] = kind + "_matrix", "0.1.0"
        group.attrs["shape"] = matrix.shape
        for name in ("data", "indices", "indptr"):
            group.create_dataset(name, data=getattr(matrix, name), compression="gzip")
    return path


def put_map(folder):
    rows = "".join(f"x;{j};{i};{value * 2:.17g}\n".replace(".", ",") for (i, j), value in OWED.items())
    write(os.path.join(folder, "loans.csv"), "kind;Gläubiger;Schuldner;Betrag\ny;a;b;1\n" + rows)
    write(os.path.join(folder, "map.yaml"),
          "tables:\n- table: entities\n  file: e.csv\n"
          "  columns: {id: id, external_assets: external_assets, external_liabilities: external_liabilities}\n"
          "- table: liabilities\n  file: loans.csv\n  delimiter: semicolon\n  decimal: comma\n"
          "  where: [{column: kind, is: x}]\n  columns:\n    debtor: Schuldner\n    creditor: Gläubiger\n"
          "    amount: {column: Betrag, multiply: 0.5}\n")
    return os.path.join(folder, "map.yaml")


def digest(folder, name, *words):
    path = os.path.join(folder, name + ".h5")
    expect(0, "import", *words, "-o", path)
    return answer("run", path, "--model", "eisenberg-noe")["digest"]


def test_one_network_from_every_source_has_one_digest(folder):
    entities = put_entities(folder)
    beside = ("--entities", entities)
    wanted = digest(folder, "0", put_folder(folder))
    assert digest(folder, "1", put_matrix(folder), *beside) == wanted
    assert digest(folder, "2", put_matrix(folder, True), *beside, "--matrix-rows", "creditor") == wanted
    assert digest(folder, "3", put_market(folder), *beside) == wanted
    assert digest(folder, "4", folder, "--map", put_map(folder)) == wanted
    assert digest(folder, "5", put_matrix(folder, True), *beside) != wanted
    assert digest(folder, "6", put_sparse(folder, "csr"), "--group", "/layers/debt", *beside) == wanted
    assert digest(folder, "7", put_sparse(folder, "csc"), "--group", "layers/debt", *beside) == wanted


def test_hashes_of_all_sources_are_kept(folder):
    path = os.path.join(folder, "n.h5")
    put_entities(folder)
    expect(0, "import", folder, "--map", put_map(folder), "-o", path)
    inputs = answer("info", path)["inputs"]
    assert [entry["file"] for entry in inputs] == ["map.yaml", "e.csv", "loans.csv"], inputs
    assert len({entry["sha256"] for entry in inputs}) == 3, inputs


def test_what_was_read_and_dropped_is_told(folder):
    put_entities(folder)
    words = ("import", folder, "--map", put_map(folder), "-o")
    told = expect(0, *words, os.path.join(folder, "n.h5")).stderr
    assert "loans.csv to liabilities: 7 rows read, 6 rows made\n  dropped 1: where 'kind' is (map.yaml:" in told, told
    assert expect(0, *words, os.path.join(folder, "q.h5"), "--quiet").stderr == ""


def test_faults_have_their_exit_codes_and_leave_nothing(folder):
    path = os.path.join(folder, "n.h5")
    matrix, entities = put_matrix(folder), put_entities(folder)
    bad = write(os.path.join(folder, "bad.csv"), ",a,b\na,0,x\nb,-1,0\n")
    told = expect(65, "import", bad, "-o", path).stderr
    assert "bad.csv:2: the cell of row 'a' and column 'b' is 'x'" in told, told
    assert "bad.csv:3: amount from 'b' to 'a' is -1, must be >= 0" in told, told
    expect(66, "import", os.path.join(folder, "nothing.csv"), "-o", path)
    expect(66, "import", matrix, "--entities", os.path.join(folder, "nothing.csv"), "-o", path)
    expect(66, "import", folder, "--map", os.path.join(folder, "nothing.yaml"), "-o", path)
    expect(64, "import", put_folder(folder), "--matrix-rows", "creditor", "-o", path)
    expect(64, "import", matrix, "--matrix-rows", "lender", "-o", path)
    expect(64, "import", matrix, "--map", put_map(folder), "--entities", entities, "-o", path)
    expect(65, "import", matrix, "--strict", "-o", path)  # without assets banks have failed: a warning
    expect(65, "import", matrix, "--group", "/X", "-o", path)  # no HDF5
    expect(73, "import", matrix, "--entities", entities, "--force", "-o", entities)
    assert not os.path.exists(path) and not [name for name in os.listdir(folder) if name.startswith("n.h5")]


def test_networks_stay_folders_or_network_files(folder):
    assert call("check", put_matrix(folder)).returncode == 65
    assert call("run", put_market(folder), "--model", "eisenberg-noe").returncode == 65


def test_our_own_file_is_read_whole(folder):
    first, second = os.path.join(folder, "n.h5"), os.path.join(folder, "m.h5")
    expect(0, "import", put_folder(folder), "-o", first)
    expect(0, "import", first, "-o", second)
    told = expect(65, "import", first, "--group", "/liabilities/0", "--force", "-o", second).stderr
    assert "is a file of loopstress itself" in told, told


def test_fifty_banks_from_their_table_are_those_from_a_folder(folder):
    shared = os.environ.get("LOOPSTRESS_SHARED", os.path.join(harness.SOURCE, "..", "shared"))
    source = os.path.join(shared, "data", "banks50")
    if not os.path.isdir(source):
        raise Skip("no shared data")
    recipe = write(os.path.join(folder, "m.yaml"),
                   "tables:\n- table: entities\n  file: n50_balance_sheets.csv\n  columns:\n    id: bank_name\n"
                   "    external_assets: external_asset\n    external_liabilities: external_liabilities\n"
                   "- table: liabilities\n  file: n50_exposures.csv\n"
                   "  columns: {debtor: borrower, creditor: lender, amount: amount}\n")
    own = os.path.join(folder, "own")
    os.makedirs(own)
    for name, target, columns in (("n50_balance_sheets.csv", "entities.csv", "id,external_assets,external_liabilities"),
                                  ("n50_exposures.csv", "liabilities.csv", "creditor,debtor,amount")):
        with open(os.path.join(source, name), encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        write(os.path.join(own, target), columns + "\n" + "".join(",".join(row) + "\n" for row in rows))
    assert digest(folder, "map", source, "--map", recipe) == digest(folder, "folder", own)


def test_the_examples_of_the_page_run_as_they_stand(folder):
    """Each block of docs/importing.md after a file's name is that file; the commands tell what stands below them."""
    with open(os.path.join(harness.SOURCE, "docs", "importing.md"), encoding="utf-8") as file:
        page = file.read()
    for name, text in re.findall(r"`([\w.-]+)`:\n\n```\w*\n(.*?)```", page, re.S):
        write(os.path.join(folder, name), text)
    examples = re.findall(r"```console\n\$ loopstress (import [^\n]*)\n(.*?)```", page, re.S)
    assert len(examples) == 4, examples
    for command, shown in examples:
        if ".h5ad" in command:
            continue  # needs anndata; put_sparse writes what that would
        told = expect(0, *command.split(), "--force", cwd=folder).stderr
        assert told.startswith(shown), (command, told)
    found = answer("check", os.path.join(folder, "loans.h5"))
    assert found["entities"] == 3 and found["links"] == 3 and found["warnings"] == [], found


harness.main(globals())
