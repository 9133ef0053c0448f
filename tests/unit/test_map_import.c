/* test_map_import.c - delimited files by a map: what its keys do, what is counted, what is refused and where. */
#include <math.h>
#include <stdio.h>

#include "greatest.h"
#include "io/encoding.h"
#include "network/map.h"
#include "network/network.h"
#include "support.h"

static ls_context *context;
static struct failing_allocator memory;
static char folder[4096], map_path[4200];
static ls_network *network;
static ls_text *report;
static ls_import_options options;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK || !support_make_folder(folder)) abort();
  support_fail_after(context, &memory, -1);
  network = NULL;
  report = NULL;
  (void)snprintf(map_path, sizeof map_path, "%s/map.yaml", folder);
  options = ls_import_options_default();
  options.map = map_path;
}

static void forget(void) {
  ls_text_destroy(&report);
  ls_network_destroy(&network);
  ls_context_clear_messages(context);
}

static void tear_down(void *user) {
  (void)user;
  forget();
  ls_context_destroy(&context);
  support_remove_folder(folder);
  if (memory.held != 0) abort();
}

static void put(const char *name, const char *text) {
  if (!support_write_file(folder, name, text)) abort();
}

/* Imports the folder by a map. */
static ls_status import(const char *map) {
  put("map.yaml", map);
  forget();
  return ls_network_import(context, folder, &options, &network, &report);
}

static double owed(const char *debtor, const char *creditor) {
  const int64_t row = network_find_pair(network, TABLE_LIABILITIES, network_find_entity(network, debtor),
                                        network_find_entity(network, creditor));
  return row < 0 ? -1.0 : network_number(network, TABLE_LIABILITIES, "amount", row, -1.0);
}

static int64_t link_count(void) { return network->table[TABLE_LIABILITIES].row_count; }

static bool reports(const char *line) { return strstr(ls_text_data(report), line) != NULL; }

/* The first message says this; for failures it is shown. */
static bool tells(const char *text) {
  const char *message = ls_context_message(context, 0);
  if (strstr(message, text) != NULL) return true;
  (void)fprintf(stderr, "  told: %s\n", message);
  return false;
}

/* A map with one table of links; `more` are further keys of the table. */
static const char *links(const char *more, const char *amount) {
  static char text[2048];
  (void)snprintf(text, sizeof text,
                 "tables:\n- table: liabilities\n  file: d.csv\n%s  columns:\n    debtor: Borrower\n"
                 "    creditor: Lender\n    amount: %s\n",
                 more, amount);
  return text;
}

static ls_status import_links(const char *more, const char *amount, const char *data) {
  put("d.csv", data);
  return import(links(more, amount));
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

TEST columns_are_taken_by_name_and_ids_from_the_links(void) {
  ASSERT_EQ(LS_STATUS_OK,
            import_links("", "Amount", "Lender,Amount,Borrower,Note\nb,20,a,x\nc,30.25,b,y\nworld,1,c,\n"));
  ASSERT_EQ(3, ls_network_entity_count(network));
  ASSERT_STR_EQ("a", ls_network_entity_id(network, 0)); /* where first named, debtor before creditor */
  ASSERT_STR_EQ("b", ls_network_entity_id(network, 1));
  ASSERT_EQ(20.0, owed("a", "b"));
  ASSERT_EQ(30.25, owed("b", "c"));
  ASSERT(reports("d.csv to liabilities: 3 rows read, 3 rows made\n"));
  ASSERT(reports("map.yaml: no table of entities, 3 ids taken from the other tables\n"));
  ASSERT_EQ(2, network->file_count);
  PASS();
}

TEST foreign_notation_is_read_as_the_map_says(void) {
  ASSERT_EQ(LS_STATUS_OK,
            import_links("  delimiter: semicolon\n  decimal: comma\n  thousands: point\n  skip_lines: 2\n",
                         "{column: Betrag, multiply: 1e6}",
                         "\xEF\xBB\xBFTitle; of\n\nLender;Borrower;Betrag\r\nb;a;1.234,5\nc;b;-0,0\nd;c;12,5e1\n"));
  ASSERT_EQ(1234.5e6, owed("a", "b"));
  ASSERT_EQ(0.0, owed("b", "c"));
  ASSERT_EQ(125e6, owed("c", "d"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  delimiter: tab\n  thousands: comma\n", "Amount",
                                       "Lender\tBorrower\tAmount\nb\ta\t1,234,567.25\nc\tb\t\"12\"\n"));
  ASSERT_EQ(1234567.25, owed("a", "b"));
  ASSERT_EQ(12.0, owed("b", "c"));
  PASS();
}

TEST numbers_in_foreign_notation_are_strict(void) {
  static const struct {
    const char *text, *plain; /* NULL: refused */
    char decimal, thousands;
  } CASES[] = {{"1.234,5", "1234.5", ',', '.'},
               {"1.23,5", NULL, ',', '.'},
               {"1234.567,5", NULL, ',', '.'},
               {"1,5", "1.5", ',', 0},
               {"1.5", NULL, ',', 0},
               {"1,5,5", NULL, ',', 0},
               {"-1 234", "-1234", '.', ' '},
               {"1\xc2\xa0"
                "234,5",
                "1234.5", ',', ' '},
               {"1'234.5", "1234.5", '.', '\''},
               {"1,234.5", "1234.5", '.', ','},
               {"1,2345", NULL, '.', ','},
               {",234", NULL, '.', ','},
               {"1.234.567", "1234567", ',', '.'},
               {"1,234,", NULL, '.', ','},
               {"1.2,345", NULL, '.', ','}};
  char plain[64];
  for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
    const bool good = map_plain_number(CASES[i].text, CASES[i].decimal, CASES[i].thousands, plain, sizeof plain);
    ASSERT_EQm(CASES[i].text, CASES[i].plain != NULL, good);
    if (good) ASSERT_STR_EQ(CASES[i].plain, plain);
  }
  ASSERT_FALSE(map_plain_number("123456789", '.', 0, plain, 9));
  PASS();
}

TEST other_encodings_become_utf8(void) {
  ASSERT_EQ(LS_STATUS_OK, import_links("  encoding: latin-1\n", "Amount",
                                       "Lender,Borrower,Amount\nCr\xE9"
                                       "dit,a,2\n"));
  ASSERT_EQ(2.0, owed("a", "Cr\xC3\xA9"
                           "dit"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  encoding: windows-1252\n", "Amount", "Lender,Borrower,Amount\n\x80,a,2\n"));
  ASSERT_EQ(2.0, owed("a", "\xE2\x82\xAC"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT,
            import_links("  encoding: latin-1\n", "Amount", "Lender,Borrower,Amount\n\x80,a,2\n"));
  ASSERT(tells("d.csv:2: byte 0x80 at byte 23 has no sign in Latin-1"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount",
                                                  "Lender,Borrower,Amount\nCr\xE9"
                                                  "dit,a,2\n"));
  ASSERT(tells("d.csv:2: byte 0xE9"));
  PASS();
}

TEST filters_drop_rows_and_are_counted(void) {
  ASSERT_EQ(
      LS_STATUS_OK,
      import_links(
          "  where:\n  - {column: Kind, is: [loan, repo]}\n  - {column: Lender, is_not: Total}\n"
          "  - {column: Lender, starts_not: [5, 4T]}\n  - {column: Note, must: not_blank}\n"
          "  - {column: Code, before: \":\", is: S}\n  - {column: Borrower, starts: [a, b]}\n",
          "Amount",
          "Lender,Borrower,Amount,Kind,Note,Code\nb,a,1,loan,x,S: Stock\nTotal,a,9,loan,x,S\nb,a,9,bond,x,S\n"
          "5A,a,9,loan,x,S\n4T,a,9,repo,x,S\nc,a,9,loan,,S\nc,b,2,repo,y,S\nc,b,9,loan,y,F :Flow\nb,c,9,loan,x,S\n"));
  ASSERT_EQ(2, link_count());
  ASSERT_EQ(1.0, owed("a", "b"));
  ASSERT_EQ(2.0, owed("b", "c"));
  ASSERT(
      reports("d.csv to liabilities: 9 rows read, 2 rows made\n  dropped 1: where 'Kind' is (map.yaml:5)\n"
              "  dropped 1: where 'Lender' is_not (map.yaml:6)\n  dropped 2: where 'Lender' starts_not (map.yaml:7)\n"
              "  dropped 1: where 'Note' must not_blank (map.yaml:8)\n  dropped 1: where 'Code' is (map.yaml:9)\n"
              "  dropped 1: where 'Borrower' starts (map.yaml:10)\n"));
  PASS();
}

/* Deutsche Bank's and JPMorgan Chase Bank's identifiers, as GLEIF publishes them, and one digit changed. */
TEST legal_entity_identifiers_are_checked(void) {
  ASSERT(map_is_lei("7LTWFZYICNSX8D621K86"));
  ASSERT(map_is_lei("7H6GLXDRUGQFU57RNE97"));
  ASSERT_FALSE(map_is_lei("7LTWFZYICNSX8D621K87"));
  ASSERT_FALSE(map_is_lei("7LTWFZYICNSX8D612K86"));
  ASSERT_FALSE(map_is_lei("XXXXXXXXXXXXXXXXXXXX"));
  ASSERT_FALSE(map_is_lei("9.59801200400059E+19"));
  ASSERT_FALSE(map_is_lei(""));
  PASS();
}

TEST patterns_constants_and_lookups_make_cells(void) {
  put("names.csv", "Name,Id\nBank A,A\nBank B,B\nBank A,A\n");
  put("d.csv", "who,country,whom,sum\nBank A,DE: Germany,Bank B,5\n");
  const char *map =
      "network: {name: made, currency: EUR, unit: mn, sources: [a page]}\n"
      "lookups:\n  ids: {file: names.csv, from: Name, to: Id}\n  land: {entries: {DE: D}, unknown: keep}\n"
      "tables:\n- table: liabilities\n  file: d.csv\n  columns:\n"
      "    debtor: {column: who, lookup: ids}\n    creditor: {pattern: '{country}:{whom}', before: ':'}\n"
      "    amount: sum\n    seniority: {value: 2}\n    note: {value: made up}\n"
      "    land: {column: country, before: ':', lookup: land}\n";
  ASSERT_EQ(LS_STATUS_OK, import(map));
  ASSERT_EQ(5.0, owed("A", "DE:Bank B"));
  ASSERT_EQ(2.0, network_number(network, TABLE_LIABILITIES, "seniority", 0, 0.0));
  ASSERT_STR_EQ("made up", network_text(network, TABLE_LIABILITIES, "note", 0));
  ASSERT_STR_EQ("D", network_text(network, TABLE_LIABILITIES, "land", 0));
  ASSERT_STR_EQ("made", ls_network_name(network));
  ASSERT_STR_EQ("EUR", network->currency);
  PASS();
}

TEST names_outside_a_lookup_are_told_dropped_or_kept(void) {
  static char map[512];
  put("d.csv", "a,b,x\nq,r,1\nz,r,2\n");
  for (int i = 0; i < 3; i++) {
    (void)snprintf(map, sizeof map,
                   "lookups: {l: {entries: {q: Q}, unknown: %s}}\ntables:\n- table: liabilities\n  file: d.csv\n"
                   "  columns: {debtor: {column: a, lookup: l}, creditor: b, amount: x}\n",
                   i == 0   ? "error"
                   : i == 1 ? "drop"
                            : "keep");
    const ls_status status = import(map);
    ASSERT_EQ(i == 0 ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK, status);
    if (i == 0) ASSERT(tells("d.csv:3: debtor is 'z' (map.yaml:5), must be in the lookup"));
    if (i == 1) ASSERT(link_count() == 1 && reports("  dropped 1: a name is not in its lookup\n"));
    if (i == 2) ASSERT_EQ(2.0, owed("z", "r"));
  }
  PASS();
}

TEST missing_values_are_told_dropped_or_zero(void) {
  const char *data = "Lender,Borrower,Amount\nb,a,1\nc,a,n/a\nc,b,\n";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("  missing: {markers: [n/a, ':']}\n", "Amount", data));
  ASSERT(tells("d.csv:3: amount is 'n/a' (map.yaml:8), must be a number"));
  ASSERT_EQ(2, ls_context_message_count(context));
  ASSERT_EQ(LS_STATUS_OK, import_links("  missing: {markers: [n/a], then: drop}\n", "Amount", data));
  ASSERT(link_count() == 1 && reports("  dropped 2: a value is missing\n"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  missing: {markers: n/a, then: zero}\n", "Amount", data));
  ASSERT(link_count() == 3 && owed("a", "c") == 0.0);
  ASSERT_EQ(LS_STATUS_OK, import_links("  missing: {markers: n/a, then: zero}\n  zeros: drop\n", "Amount", data));
  ASSERT(link_count() == 1 && reports("  dropped 2: amounts of 0\n"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT,
            import_links("  missing: {then: blank}\n", "Amount", data)); /* amounts may not be blank */
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", data));
  ASSERT(tells("d.csv:3: amount is 'n/a' (map.yaml:7), must be a number"));
  PASS();
}

TEST duplicates_are_told_summed_or_dropped(void) {
  const char *data = "Lender,Borrower,Amount\nb,a,0.1\nc,a,4\nb,a,0.2\nb,a,0.3\n";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", data));
  ASSERT(tells("d.csv:4: link from 'a' to 'b' stands twice (first in line 2)"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  duplicates: sum\n", "Amount", data));
  ASSERT_EQ(0.1 + 0.2 + 0.3, owed("a", "b"));
  ASSERT(reports("4 rows read, 2 rows made\n  added up 2: rows of a key that stood before\n"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  duplicates: first\n", "Amount", data));
  ASSERT_EQ(0.1, owed("a", "b"));
  ASSERT(reports("  dropped 2: rows of a key that stood before\n"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("  duplicates: same\n", "Amount", data));
  ASSERT(tells("d.csv:4: amount differs from line 2, must agree where rows of one key are the same (map.yaml:2)"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  duplicates: same\n", "Amount", "Lender,Borrower,Amount\nb,a,1\nb,a,1\n"));
  ASSERT_EQ(1.0, owed("a", "b"));
  PASS();
}

TEST links_to_oneself_are_told_or_dropped(void) {
  const char *data = "Lender,Borrower,Amount\nb,a,1\na,a,4\n";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", data));
  ASSERT(tells("d.csv:3: link from 'a' to itself"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  self_links: drop\n", "Amount", data));
  ASSERT(link_count() == 1 && reports("  dropped 1: links to oneself\n"));
  PASS();
}

TEST negative_amounts_are_told_or_dropped(void) {
  const char *data = "Lender,Borrower,Amount\nb,a,1\nc,a,-4\n";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", data));
  ASSERT(tells("d.csv:3: amount from 'a' to 'c' is -4, must be >= 0"));
  ASSERT_EQ(LS_STATUS_OK, import_links("  negatives: drop\n", "Amount", data));
  ASSERT(link_count() == 1 && reports("  dropped 1: negative amounts\n"));
  PASS();
}

TEST several_tables_make_one_network(void) {
  put("banks.csv",
      "lei,name,item,value\nA,Bank A,assets,10\nA,Bank A,assets,5\nA,Bank A,capital,3\nB,Bank B,assets,7\n");
  put("bonds.csv", "bank,country,amount\nA,DE,2\nB,FR,3\nA,FR,1\n");
  ASSERT_EQ(LS_STATUS_OK,
            import("tables:\n- table: holdings\n  file: bonds.csv\n  columns: {holder: bank, asset: "
                   "{pattern: 'bond-{country}'}, amount: amount}\n- table: entities\n  file: banks.csv\n  where: "
                   "[{column: item, is: assets}]\n  duplicates: sum\n  columns: {id: lei, name: name, "
                   "external_assets: value}\n"));
  ASSERT_EQ(2, network->entity_count);
  ASSERT_EQ(2, network->asset_count);
  ASSERT_STR_EQ("bond-DE", network_text(network, TABLE_ASSETS, "id", 0));
  ASSERT_EQ(15.0, network_number(network, TABLE_ENTITIES, "external_assets", 0, 0.0));
  ASSERT_EQ(3, network->table[TABLE_HOLDINGS].row_count);
  put("bonds.csv", "bank,country,amount\nA,DE,2\nC,FR,3\n");
  ASSERT_EQ(LS_STATUS_INVALID_INPUT,
            import("tables:\n- table: holdings\n  file: bonds.csv\n  columns: {holder: bank, asset: "
                   "country, amount: amount}\n- table: entities\n  file: banks.csv\n  duplicates: "
                   "first\n  columns: {id: lei}\n"));
  ASSERT(tells("bonds.csv:3: holder 'C' is not in banks.csv"));
  PASS();
}

TEST the_source_may_be_the_file_itself(void) {
  char path[4200];
  put("d.csv", "l,b,x\nq,r,1\n");
  put("map.yaml", "tables: [{table: liabilities, columns: {debtor: b, creditor: l, amount: x}}]\n");
  (void)snprintf(path, sizeof path, "%s/d.csv", folder);
  ASSERT_EQ(LS_STATUS_OK, ls_network_import(context, path, &options, &network, NULL));
  ASSERT_STR_EQ("d", ls_network_name(network));
  ls_network_destroy(&network);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_import(context, folder, &options, &network, NULL));
  ASSERT(tells("map.yaml:1: key 'file' is missing"));
  (void)snprintf(path, sizeof path, "%s/nothing", folder);
  ASSERT_EQ(LS_STATUS_INPUT_MISSING, ls_network_import(context, path, &options, &network, NULL));
  PASS();
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

TEST faults_of_cells_name_both_lines(void) {
  const char *data = "Lender,Borrower,Amount\nb,a,1.234,5\n";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", data));
  ASSERT(tells("d.csv:2: the row has 4 cells, must have 3"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", "Lender,Borrower,Amount\nb,a,\"1,5\"\nc,a,abc\n"));
  ASSERT(tells("d.csv:2: amount is '1,5' (map.yaml:7), must be a number with a decimal point"));
  ASSERT_EQ(2, ls_context_message_count(context));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("  decimal: comma\n", "Amount", "Lender,Borrower,Amount\nb,a,1.5\n"));
  ASSERT(tells("d.csv:2: amount is '1.5' (map.yaml:8), must be a number with the decimal and thousands signs"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT,
            import_links("", "{column: Amount, multiply: 1e300}", "Lender,Borrower,Amount\nb,a,1e300\n"));
  ASSERT(tells("must be a number within the range of a double"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", "Lender,Borrower,Amount\nb,a,-4\n"));
  ASSERT(tells("d.csv:2: amount from 'a' to 'b' is -4, must be >= 0"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", "Lender,Borrower,Amount\n,a,4\n"));
  ASSERT(tells("d.csv:2: creditor is '' (map.yaml:6), must be given"));
  PASS();
}

TEST columns_that_the_file_lacks_are_told_at_the_map(void) {
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amuont", "Lender,Borrower,Amount\nb,a,1\n"));
  ASSERT(tells("map.yaml:7: column 'Amuont' is not in the header of d.csv (line 1), did you mean 'Amount'?"));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_links("", "Amount", "Lender,Borrower,Amount,Amount\nb,a,1,2\n"));
  ASSERT(tells("map.yaml:7: column 'Amount' stands twice in d.csv (columns 3 and 4)"));
  ASSERT_EQ(LS_STATUS_OK, import_links("", "Amount", ",Lender,Borrower,Amount,x,x\n1,b,a,1,,\n"));
  PASS();
}

static const struct {
  const char *map, *message;
} BAD_MAPS[] = {
    {"", "map.yaml:1: key 'tables' is missing"},
    {"tables: []\n", "map.yaml:1: tables is empty"},
    {"tables: {}\n", "map.yaml:1: tables is"},
    {"tables: [a]\n", "map.yaml:1: a single value stands here"},
    {"- a\n", "map.yaml:1: a list stands here"},
    {"tables:\n- table: liabilitys\n", "map.yaml:2: table is 'liabilitys', must be one of"},
    {"tables:\n- {table: entities, columns: {id: a}}\n- {table: entities, columns: {id: a}}\n",
     "map.yaml:3: table entities stands twice (first in line 2)"},
    {"tables:\n- table: entities\n", "map.yaml:2: key 'columns' is missing"},
    {"tables:\n- table: liabilities\n  columns: {debtor: a, creditor: b}\n",
     "map.yaml:3: column 'amount' of liabilities is missing"},
    {"tables:\n- table: entities\n  columns: {id: {}}\n", "must have exactly one of column, pattern and value"},
    {"tables:\n- table: entities\n  columns: {id: [a]}\n", "map.yaml:3: a list"},
    {"tables:\n- table: entities\n  columns: {id: {column: a, value: b}}\n",
     "exactly one of column, pattern and value"},
    {"tables:\n- table: entities\n  columns: {id: {pattern: '{a'}}\n", "a brace that opens must be closed"},
    {"tables:\n- table: entities\n  columns: {id: {column: a, lookup: l}}\n", "lookup is 'l', must be one of lookups"},
    {"tables:\n- table: entities\n  columns: {id: {column: a, times: 2}}\n", "map.yaml:3: unknown key 'times'"},
    {"tables:\n- table: entities\n  columns: {id: a, cash: {column: a, multiply: x}}\n", "multiply is 'x'"},
    {"tables:\n- table: entities\n  delimeter: tab\n  columns: {id: a}\n",
     "unknown key 'delimeter', did you mean 'delimiter'?"},
    {"tables:\n- table: entities\n  decimal: comma\n  thousands: comma\n  columns: {id: a}\n",
     "map.yaml:4: thousands and decimal"},
    {"tables:\n- table: entities\n  skip_lines: -1\n  columns: {id: a}\n", "skip_lines is -1"},
    {"tables:\n- table: entities\n  where: [{column: a}]\n  columns: {id: a}\n", "a filter must have exactly one of"},
    {"tables:\n- table: entities\n  where: [{column: a, is: {b: c}}]\n  columns: {id: a}\n",
     "must be a word or a list of words"},
    {"tables:\n- table: entities\n  where: [{is: a}]\n  columns: {id: a}\n", "key 'column' is missing"},
    {"tables:\n- table: entities\n  where: [x]\n  columns: {id: a}\n", "map.yaml:3: a single value stands here"},
    {"tables:\n- table: entities\n  missing: {then: nothing}\n  columns: {id: a}\n", "then is 'nothing'"},
    {"lookups: {l: {from: a, to: b}}\ntables: [{table: entities, columns: {id: a}}]\n", "lookup 'l' must have either"},
    {"lookups: {l: {entries: {a: b}, file: c, from: d, to: e}}\ntables: [{table: entities, columns: {id: a}}]\n",
     "lookup 'l' must have either"},
    {"lookups: {l: x}\ntables: [{table: entities, columns: {id: a}}]\n", "map.yaml:1: a single value stands here"},
    {"network: {nome: x}\ntables: [{table: entities, file: d.csv, columns: {id: Lender}}]\n", "unknown key 'nome'"},
    {"tables: [{table: entities, file: ../d.csv, columns: {id: a}}]\n", "must be a path below the source's folder"},
    {"tables: [{table: entities, file: a/../../d.csv, columns: {id: a}}]\n",
     "must be a path below the source's folder"},
    {"tables: [{table: entities, file: /etc/passwd, columns: {id: a}}]\n", "must be a path below the source's folder"},
    {"lookups: {l: {file: d.csv, from: no, to: Lender}}\ntables: [{table: entities, file: d.csv, columns: {id: "
     "Lender}}]\n",
     "map.yaml:1: column 'no' is not in d.csv"},
    {"lookups: {l: {file: d.csv, from: Borrower, to: Lender}}\ntables: [{table: entities, file: d.csv, columns: {id: "
     "Lender}}]\n",
     "lookup 'l' has 'a' twice"},
    {"tables: [\n", "not valid YAML"},
};

TEST a_faulty_map_is_told_by_its_line(void) {
  put("d.csv", "Lender,Borrower,Amount\nb,a,1\nc,a,2\n");
  for (size_t i = 0; i < sizeof BAD_MAPS / sizeof BAD_MAPS[0]; i++) {
    ASSERT_EQm(BAD_MAPS[i].map, LS_STATUS_INVALID_INPUT, import(BAD_MAPS[i].map));
    ASSERT_EQ(NULL, network);
    ASSERTm(BAD_MAPS[i].map, tells(BAD_MAPS[i].message));
  }
  ASSERT_EQ(LS_STATUS_INPUT_MISSING, import("tables: [{table: entities, file: no.csv, columns: {id: a}}]\n"));
  PASS();
}

/* Each prefix of a map and of its file is read or refused. */
TEST cut_maps_and_files_are_read_or_refused(void) {
  static const char DATA[] = "Lender,Borrower,Amount\n\"b\",\"a\",1\nc,a,\"2\"\n";
  static const char MAP[] =
      "lookups: {l: {entries: {a: A}, unknown: keep}}\ntables:\n- table: liabilities\n  file: d.csv\n"
      "  where: [{column: Lender, is_not: [x]}]\n  duplicates: sum\n  columns:\n"
      "    debtor: {column: Borrower, lookup: l}\n    creditor: {pattern: '{Lender}'}\n    amount: Amount\n";
  char text[sizeof MAP + sizeof DATA];
  put("d.csv", DATA);
  for (size_t length = 0; length < sizeof MAP; length++) {
    (void)snprintf(text, sizeof text, "%.*s", (int)length, MAP);
    const ls_status status = import(text);
    ASSERT(status == LS_STATUS_OK || status == LS_STATUS_INVALID_INPUT || status == LS_STATUS_INPUT_MISSING);
  }
  ASSERT_EQ(LS_STATUS_OK, import(MAP));
  for (size_t length = 0; length < sizeof DATA; length++) {
    (void)snprintf(text, sizeof text, "%.*s", (int)length, DATA);
    put("d.csv", text);
    const ls_status status = import(MAP);
    ASSERT(status == LS_STATUS_OK || status == LS_STATUS_INVALID_INPUT);
  }
  PASS();
}

TEST every_failed_allocation_is_told_and_nothing_leaks(void) {
  put("names.csv", "Name,Id\nx,b\n");
  put("d.csv", "Lender;Borrower;Amount\nx;a;1,5\nx;a;2\nx;x;3\n");
  put("map.yaml",
      "network: {name: m}\nlookups: {l: {file: names.csv, from: Name, to: Id}}\ntables:\n- table: liabilities\n"
      "  file: d.csv\n  delimiter: semicolon\n  decimal: comma\n  encoding: latin-1\n  where: [{column: Lender, is: "
      "x}]\n  duplicates: sum\n  self_links: drop\n  columns:\n    debtor: Borrower\n"
      "    creditor: {column: Lender, lookup: l}\n    amount: {column: Amount, multiply: 2}\n"
      "    note: {pattern: 'n{Lender}'}\n");
  for (int64_t allowed = 0;; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    ls_network *read = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    const ls_status status = ls_network_import(poor, folder, &options, &read, NULL);
    ASSERT_EQ(status == LS_STATUS_OK, read != NULL);
    ls_network_destroy(&read);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

SUITE(maps) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(columns_are_taken_by_name_and_ids_from_the_links);
  RUN_TEST(foreign_notation_is_read_as_the_map_says);
  RUN_TEST(numbers_in_foreign_notation_are_strict);
  RUN_TEST(other_encodings_become_utf8);
  RUN_TEST(filters_drop_rows_and_are_counted);
  RUN_TEST(legal_entity_identifiers_are_checked);
  RUN_TEST(patterns_constants_and_lookups_make_cells);
  RUN_TEST(names_outside_a_lookup_are_told_dropped_or_kept);
  RUN_TEST(missing_values_are_told_dropped_or_zero);
  RUN_TEST(duplicates_are_told_summed_or_dropped);
  RUN_TEST(links_to_oneself_are_told_or_dropped);
  RUN_TEST(negative_amounts_are_told_or_dropped);
  RUN_TEST(several_tables_make_one_network);
  RUN_TEST(the_source_may_be_the_file_itself);
  RUN_TEST(faults_of_cells_name_both_lines);
  RUN_TEST(columns_that_the_file_lacks_are_told_at_the_map);
  RUN_TEST(a_faulty_map_is_told_by_its_line);
  RUN_TEST(cut_maps_and_files_are_read_or_refused);
  RUN_TEST(every_failed_allocation_is_told_and_nothing_leaks);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(maps);
  GREATEST_MAIN_END();
}
