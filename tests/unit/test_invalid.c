/* test_invalid.c - every way of being wrong has a folder in datasets/invalid, named for the fault, and is refused with
 * these words. The table is also the list: a folder without a row, or a row without a folder, fails.
 * (datasets/invalid/scenarios holds scenario files, which have their own table.)
 */
#include <dirent.h>

#include "core/context.h"
#include "greatest.h"
#include "support.h"

struct invalid {
  const char *folder;
  ls_status status;
  int64_t fault_count;
  const char *message; /* the first */
};

static const struct invalid INVALID[] = {
    {"amount_blank", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is blank, must be a number"},
    {"amount_comma_quoted", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '8,5', must be a number with a decimal point, not a decimal comma"},
    {"amount_currency_sign", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '$8', must be a number without unit or currency sign"},
    {"amount_hexadecimal", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '0x1F', must be a decimal number, not hexadecimal"},
    {"amount_infinite", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is 'inf', must be a finite number"},
    {"amount_missing_word", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is 'N/A', must be a number, not a word for a missing one"},
    {"amount_nan", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is 'NaN', must be a number, not NaN"},
    {"amount_negative", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:3: amount from 'B' to 'C' is -3.5, must be >= 0"},
    {"amount_percent", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '8%', must be a number without percent sign (fractions are 0-1)"},
    {"amount_text", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is 'eight', must be a number"},
    {"amount_thousands", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '1,234.5', must be a number without thousands separators"},
    {"amount_too_large", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '1e999', must be a number within the range of a double"},
    {"amount_too_small", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '1e-999', must be 0 or a number that does not round to 0"},
    {"amount_two_points", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '1.2.3', must be a number"},
    {"amount_unit", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '8bn', must be a number without unit or currency sign"},
    {"amount_with_space", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: amount from 'B' to 'C' is '1 234', must be a number without thousands separators"},
    {"asset_depth_zero", LS_STATUS_INVALID_INPUT, 1, "assets.csv:2: market_depth of 'bond' is 0, must be > 0"},
    {"asset_id_twice", LS_STATUS_INVALID_INPUT, 1, "assets.csv:3: id 'bond' stands twice (first in line 2)"},
    {"asset_price_zero", LS_STATUS_INVALID_INPUT, 1, "assets.csv:2: price of 'bond' is 0, must be > 0"},
    {"asset_volatility_negative", LS_STATUS_INVALID_INPUT, 1,
     "assets.csv:2: volatility of 'bond' is -0.1, must be >= 0"},
    {"assumption_outside_its_range", LS_STATUS_INVALID_INPUT, 1,
     "assumptions.csv:2: value of 'lag' is 5, must be <= high, which is 4"},
    {"assumption_without_reason", LS_STATUS_INVALID_INPUT, 1,
     "assumptions.csv:2: reason of 'lag' is blank, must be given"},
    {"backstop_provider_unknown", LS_STATUS_INVALID_INPUT, 1,
     "backstops.csv:2: provider 'clod' is not in entities.csv"},
    {"backstop_provider_world", LS_STATUS_INVALID_INPUT, 1, "backstops.csv:2: provider 'world' must be an entity"},
    {"backstop_twice", LS_STATUS_INVALID_INPUT, 1,
     "backstops.csv:3: guarantor 'chip' 'cloud' stands twice (first in line 2)"},
    {"cash_negative", LS_STATUS_INVALID_INPUT, 1, "entities.csv:3: cash of 'B' is -4, must be >= 0"},
    {"column_missing", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:1: column 'amount' is missing"},
    {"column_misspelt", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:1: unknown column 'external_asets', did you mean 'external_assets'?"},
    {"column_required_misspelt", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: column 'creditor' is missing, is 'creditro' meant?"},
    {"column_twice", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:1: column 'amount' stands twice (columns 3 and 4)"},
    {"column_without_name", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:1: column 4 has no name"},
    {"column_wrong_case", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: column 'amount' is missing, is 'Amount' meant?"},
    {"compressed_gzip", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: the file is compressed with gzip (1F 8B), must be plain text in UTF-8"},
    {"compressed_xz", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: the file is compressed with xz (FD 37 7A 58 5A), must be plain text in UTF-8"},
    {"compressed_zip", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: the file is a zip archive or spreadsheet (50 4B 03 04), must be plain text in UTF-8"},
    {"compressed_zstd", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: the file is compressed with zstd (28 B5 2F FD), must be plain text in UTF-8"},
    {"creditor_blank", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:5: creditor is blank, must be given"},
    {"creditor_unknown", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:5: creditor 'X' is not in entities.csv"},
    {"cross_default_with_itself", LS_STATUS_INVALID_INPUT, 1,
     "cross_defaults.csv:2: trigger 'lab' is also the other side, must be between two"},
    {"deal_date_impossible", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: start of 'd1' is 2026-02-30, must be a date as 2026, 2026-04 or 2026-04-30"},
    {"deal_date_not_iso", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: start of 'd1' is 01.02.2026, must be a date as 2026, 2026-04 or 2026-04-30"},
    {"deal_group_member_unknown", LS_STATUS_INVALID_INPUT, 1, "deals.csv:2: from 'X' is not in entities.csv"},
    {"deal_group_preferred", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: from 'group:A+C' must be one entity in a preferred row"},
    {"deal_id_twice", LS_STATUS_INVALID_INPUT, 1, "deals.csv:3: id 'd1' stands twice (first in line 2)"},
    {"deal_kind_unknown", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: kind is 'purchas', must be one of equity, purchase, supply, usage, debt, warrant, backstop, capex, "
     "target (did you mean 'purchase'?)"},
    {"deal_party_unknown", LS_STATUS_INVALID_INPUT, 1, "deals.csv:2: to 'X' is not in entities.csv"},
    {"deal_preferred_not_a_flag", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: preferred of 'd1' is 2, must be a whole number from 0 to 1"},
    {"deal_range_reversed", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: amount_low of 'd1' is 10, must be <= amount_high, which is 5"},
    {"deal_status_unknown", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: status is 'certain', must be one of funded, firm, conditional, announced, reported, cancelable, "
     "lapsed"},
    {"deal_with_itself", LS_STATUS_INVALID_INPUT, 1,
     "deals.csv:2: from 'A' is also the other side, must be between two"},
    {"deal_without_source", LS_STATUS_INVALID_INPUT, 1, "deals.csv:2: source of 'd1' is blank, must be given"},
    {"debtor_unknown", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:5: debtor 'X' is not in entities.csv"},
    {"ensemble_column_missing", LS_STATUS_INVALID_INPUT, 1, "ensemble.csv:1: column 'member' is missing"},
    {"ensemble_debtor_unknown", LS_STATUS_INVALID_INPUT, 1, "ensemble.csv:3: debtor 'X' is not in entities.csv"},
    {"ensemble_link_twice", LS_STATUS_INVALID_INPUT, 1,
     "ensemble.csv:4: link from 'A' to 'B' stands twice (first in line 2), must stand once per member"},
    {"ensemble_member_zero", LS_STATUS_INVALID_INPUT, 1, "ensemble.csv:2: member from 'A' to 'B' is 0, must be >= 1"},
    {"decimal_comma_unquoted", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: the row has 4 cells, must have 3 as the header does"},
    {"delimiter_pipe", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:1: columns are separated by '|', must be a comma"},
    {"delimiter_semicolon", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: columns are separated by ';', must be a comma"},
    {"delimiter_tab", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:1: columns are separated by tabs, must be a comma"},
    {"entities_missing", LS_STATUS_INVALID_INPUT, 1, "entities.csv: missing in the folder"},
    {"entity_id_blank", LS_STATUS_INVALID_INPUT, 1, "entities.csv:5: id is blank, must be given"},
    {"entity_id_case_only", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: id 'b' differs from 'B' (line 3) in case only"},
    {"entity_id_composed_otherwise", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:4: id 'Socie\u0301te\u0301' differs from 'Soci\u00E9t\u00E9' (line 3) in blanks, case or the "
     "composition of letters only"},
    {"entity_id_control_character", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: id has the byte 0x0A, must be UTF-8 text without control characters"},
    {"entity_id_reserved_prefix", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: id 'sector:x' must not begin with 'sector:' or 'group:'"},
    {"entity_id_star", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: id '*' must not be '*' nor contain '>' (scenarios give these a meaning)"},
    {"entity_id_too_long", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: id 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' has 1100 bytes, must have at most 1024"},
    {"entity_id_twice", LS_STATUS_INVALID_INPUT, 1, "entities.csv:5: id 'B' stands twice (first in line 3)"},
    {"entity_id_with_arrow", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: id 'a>b' must not be '*' nor contain '>' (scenarios give these a meaning)"},
    {"entity_id_world", LS_STATUS_INVALID_INPUT, 1, "entities.csv:5: id 'world' is reserved for the rest of the world"},
    {"entity_number_blank", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:3: external_assets of 'B' is blank, must be a number"},
    {"essentiality_too_high", LS_STATUS_INVALID_INPUT, 1,
     "essentials.csv:2: essentiality of 'bank' is 3, must be a whole number from 0 to 2"},
    {"essentials_sector_blank", LS_STATUS_INVALID_INPUT, 1,
     "essentials.csv:2: supplier_sector is blank, must be given"},
    {"essentials_twice", LS_STATUS_INVALID_INPUT, 1,
     "essentials.csv:3: supplier_sector 'bank' 'fund' stands twice (first in line 2)"},
    {"file_empty", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:1: the file is empty, must begin with a header line"},
    {"file_name_compressed", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv.gz: unknown file, did you mean 'liabilities.csv'?"},
    {"file_name_misspelt", LS_STATUS_INVALID_INPUT, 1, "liabilites.csv: unknown file, did you mean 'liabilities.csv'?"},
    {"file_name_wrong_case", LS_STATUS_INVALID_INPUT, 1,
     "Liabilities.csv: unknown file, did you mean 'liabilities.csv'?"},
    {"file_only_comments", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: the file is empty, must begin with a header line"},
    {"holding_asset_unknown", LS_STATUS_INVALID_INPUT, 1, "holdings.csv:3: asset 'share' is not in assets.csv"},
    {"holding_by_world", LS_STATUS_INVALID_INPUT, 1, "holdings.csv:2: holder is 'world', must be an entity"},
    {"holding_twice", LS_STATUS_INVALID_INPUT, 1,
     "holdings.csv:3: link of 'A' in 'bond' stands twice (first in line 2), must stand once"},
    {"input_essential_not_a_flag", LS_STATUS_INVALID_INPUT, 1,
     "inputs.csv:2: essential of 'chips' is 'yes', must be a number"},
    {"input_type_twice", LS_STATUS_INVALID_INPUT, 1, "inputs.csv:3: input_type 'chips' stands twice (first in line 2)"},
    {"input_type_unknown", LS_STATUS_INVALID_INPUT, 1, "entities.csv:4: input_type 'compute' is not in inputs.csv"},
    {"link_to_itself", LS_STATUS_INVALID_INPUT, 1, "liabilities.csv:5: link from 'A' to itself, must be between two"},
    {"link_twice", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:5: link from 'A' to 'B' stands twice (first in line 2), must stand once per seniority"},
    {"link_twice_same_seniority", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:4: link from 'A' to 'B' stands twice (first in line 3), must stand once per seniority"},
    {"loop_yaml_interest_percent", LS_STATUS_INVALID_INPUT, 1,
     "loop.yaml:1: interest is '1.25%', must be a number without percent sign (fractions are 0-1)"},
    {"loop_yaml_key_unknown", LS_STATUS_INVALID_INPUT, 1,
     "loop.yaml:1: unknown key 'amortization', did you mean 'amortisation'?"},
    {"loop_yaml_lag_fraction", LS_STATUS_INVALID_INPUT, 1, "loop.yaml:1: build_lag is '1.5', must be a whole number"},
    {"loop_yaml_number_quoted", LS_STATUS_INVALID_INPUT, 1,
     "loop.yaml:1: interest is a text in quotes, must be a number"},
    {"loop_yaml_quarters_zero", LS_STATUS_INVALID_INPUT, 1,
     "loop.yaml:1: quarters is 0, must be a whole number from 1 to 1000"},
    {"loop_yaml_recovery_above_one", LS_STATUS_INVALID_INPUT, 1,
     "loop.yaml:2: recovery_assets is 1.5, must be between 0 and 1"},
    {"loop_yaml_reference_unknown", LS_STATUS_INVALID_INPUT, 1,
     "loop.yaml:1: distress_reference is 'highest', must be one of initial, peak, last_round"},
    {"loop_yaml_valuation_unknown", LS_STATUS_INVALID_INPUT, 1,
     "loop.yaml:1: claims_valuation is 'market', must be one of book, en"},
    {"more_than_twenty_faults", LS_STATUS_INVALID_INPUT, 49,
     "liabilities.csv:2: amount from 'A' to 'B' is 'x0', must be a number"},
    {"network_yaml_alias", LS_STATUS_INVALID_INPUT, 1,
     "network.yaml:1: an alias repeats this node, must be written out"},
    {"network_yaml_broken", LS_STATUS_INVALID_INPUT, 1,
     "network.yaml:2: not valid YAML: did not find expected ',' or ']' (column 5)"},
    {"network_yaml_date", LS_STATUS_INVALID_INPUT, 1,
     "network.yaml:2: as_of is '18 November 2025', must be a date as 2026, 2026-04 or 2026-04-30"},
    {"network_yaml_key_twice", LS_STATUS_INVALID_INPUT, 1, "network.yaml:3: key 'name' stands twice (first in line 1)"},
    {"network_yaml_key_unknown", LS_STATUS_INVALID_INPUT, 1,
     "network.yaml:2: unknown key 'curency', did you mean 'currency'?"},
    {"network_yaml_name_is_list", LS_STATUS_INVALID_INPUT, 1, "network.yaml:1: name is a list, must be a single value"},
    {"network_yaml_not_a_mapping", LS_STATUS_INVALID_INPUT, 1,
     "network.yaml:1: a list stands here, must be a mapping of keys to values"},
    {"network_yaml_source_not_text", LS_STATUS_INVALID_INPUT, 1,
     "network.yaml:2: sources has an entry that is no text, must be texts"},
    {"network_yaml_two_documents", LS_STATUS_INVALID_INPUT, 1, "network.yaml:3: a second document begins, must be one"},
    {"no_entities", LS_STATUS_INVALID_INPUT, 1, "entities.csv: no entities, must have at least one"},
    {"path_gate_of_one", LS_STATUS_INVALID_INPUT, 1, "paths.csv:4: target 'lab' must be investor>recipient for a gate"},
    {"path_gate_without_pledge", LS_STATUS_INVALID_INPUT, 1,
     "paths.csv:4: target 'cloud>lab' is not a pledge of pledges.csv"},
    {"path_of_world", LS_STATUS_INVALID_INPUT, 1,
     "paths.csv:4: demand of 'world' is given, must be purchase_scale or, as investor, gate"},
    {"path_pair_not_gate", LS_STATUS_INVALID_INPUT, 1,
     "paths.csv:4: target 'chip>lab' must be one entity (only a gate has investor>recipient)"},
    {"path_quarter_fraction", LS_STATUS_INVALID_INPUT, 1,
     "paths.csv:4: quarter of 'lab' is 1.5, must be a whole number"},
    {"path_target_unknown", LS_STATUS_INVALID_INPUT, 1, "paths.csv:4: target 'lob' is not in entities.csv"},
    {"path_twice", LS_STATUS_INVALID_INPUT, 1, "paths.csv:4: target 'lab' 'multiple' 0 stands twice (first in line 3)"},
    {"path_value_negative", LS_STATUS_INVALID_INPUT, 1, "paths.csv:4: value of 'lab' is -6, must be >= 0"},
    {"path_variable_unknown", LS_STATUS_INVALID_INPUT, 1,
     "paths.csv:4: variable is 'multiples', must be one of demand_planned, demand, purchase_scale, outside_equity, "
     "multiple, supply, power_cap, credit, gate, price, hardware_price, depreciation_scale, amortisation, rollover "
     "(did you mean 'multiple'?)"},
    {"pledge_earmark_above_one", LS_STATUS_INVALID_INPUT, 1,
     "pledges.csv:2: earmark from 'chip' to 'lab' is 1.5, must be between 0 and 1"},
    {"pledge_start_negative", LS_STATUS_INVALID_INPUT, 1,
     "pledges.csv:2: start from 'chip' to 'lab' is -1, must be >= 0"},
    {"pledge_to_world", LS_STATUS_INVALID_INPUT, 1, "pledges.csv:4: recipient is 'world', must be an entity"},
    {"price_per_capacity_zero", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:2: price_per_capacity of 'chip' is 0, must be > 0"},
    {"purchase_from_world", LS_STATUS_INVALID_INPUT, 1, "purchases.csv:4: seller is 'world', must be an entity"},
    {"purchase_id_twice", LS_STATUS_INVALID_INPUT, 1,
     "purchases.csv:4: link from 'lab' to 'cloud' stands twice (first in line 2), must stand once per id"},
    {"purchase_priority_three", LS_STATUS_INVALID_INPUT, 1,
     "purchases.csv:2: priority from 'cloud' to 'chip' is 3, must be a whole number from 1 to 2"},
    {"purchase_take_or_pay_above_one", LS_STATUS_INVALID_INPUT, 1,
     "purchases.csv:3: take_or_pay from 'lab' to 'cloud' is 80, must be between 0 and 1"},
    {"purchase_twice", LS_STATUS_INVALID_INPUT, 1,
     "purchases.csv:4: link from 'lab' to 'cloud' stands twice (first in line 3), must stand once per id"},
    {"purchase_without_rate", LS_STATUS_INVALID_INPUT, 1, "purchases.csv:1: column 'per_quarter' is missing"},
    {"quote_followed_by_text", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:5: character 4: text after the closing quote, must be a comma"},
    {"quote_inside_cell", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:5: character 4: a quote within a cell that does not begin with one, must be written as "
     "\"...\"\"...\""},
    {"quote_unterminated", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:5: character 1: the quote that opens here never ends"},
    {"row_too_long", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:5: the row has 4 cells, must have 3 as the header does"},
    {"row_too_short", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:5: the row has 2 cells, must have 3 as the header does"},
    {"sales_valued_twice", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:2: loop_sales_weight of 'chip' is 0.5, must be 0 where backlog_margin is above 0 (sales within the "
     "loop would count twice)"},
    {"seniority_fraction", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: seniority from 'B' to 'C' is 0.5, must be a whole number"},
    {"seniority_negative", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:2: seniority from 'A' to 'B' is -1, must be >= 0"},
    {"several_faults", LS_STATUS_INVALID_INPUT, 7, "entities.csv:2: external_assets of 'A' is -50, must be >= 0"},
    {"share_above_one", LS_STATUS_INVALID_INPUT, 2,
     "shareholdings.csv:2: share of 'A' in 'B' is 1.2, must be between 0 and 1"},
    {"share_percent", LS_STATUS_INVALID_INPUT, 1,
     "shareholdings.csv:2: share of 'A' in 'B' is '40%', must be a number without percent sign (fractions are 0-1)"},
    {"shares_issuer_world", LS_STATUS_INVALID_INPUT, 1, "shareholdings.csv:2: issuer is 'world', must be an entity"},
    {"shares_own", LS_STATUS_INVALID_INPUT, 1, "shareholdings.csv:2: link from 'A' to itself, must be between two"},
    {"shares_sum_above_one", LS_STATUS_INVALID_INPUT, 1,
     "shareholdings.csv:4: shares of issuer 'B' sum to 1.1, must be <= 1"},
    {"spreadsheet_old", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:1: the file is an old spreadsheet (D0 CF 11 E0), must be plain text in UTF-8"},
    {"text_control_character", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: control character 0x07 at byte 98, must be text"},
    {"text_cut_utf8", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: byte 0xE2 at byte 99 is not UTF-8 (Latin-1 or Windows-1252?), must be UTF-8"},
    {"text_latin1", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: byte 0xE9 at byte 99 is not UTF-8 (Latin-1 or Windows-1252?), must be UTF-8"},
    {"text_lone_carriage_return", LS_STATUS_INVALID_INPUT, 1,
     "liabilities.csv:3: character 6: a carriage return without a line feed"},
    {"text_nul_byte", LS_STATUS_INVALID_INPUT, 1, "entities.csv:5: NUL byte at byte 98, must be text"},
    {"text_overlong_utf8", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: byte 0xC0 at byte 97 is not UTF-8 (Latin-1 or Windows-1252?), must be UTF-8"},
    {"text_surrogate", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:5: byte 0xED at byte 97 is not UTF-8 (Latin-1 or Windows-1252?), must be UTF-8"},
    {"text_utf16_big_endian", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:1: the file is UTF-16, big-endian (FE FF at byte 0), must be plain text in UTF-8"},
    {"text_utf16_with_mark", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:1: the file is UTF-16, little-endian (FF FE at byte 0), must be plain text in UTF-8"},
    {"text_utf16_without_mark", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:1: the text is UTF-16 (NUL at byte 1 and in every pair), must be UTF-8"},
    {"text_utf32", LS_STATUS_INVALID_INPUT, 1,
     "entities.csv:1: the file is UTF-32 (FF FE 00 00 at byte 0), must be plain text in UTF-8"},
    {"trade_with_world", LS_STATUS_INVALID_INPUT, 1, "trade.csv:2: buyer is 'world', must be an entity"},
    {"warrant_test_unknown", LS_STATUS_INVALID_INPUT, 1,
     "warrants.csv:2: test is 'profit', must be one of revenue, revenue_to_plan, capacity, purchases"},
    {"warrant_with_itself", LS_STATUS_INVALID_INPUT, 1,
     "warrants.csv:2: issuer 'cloud' is also the other side, must be between two"},
};
enum { INVALID_COUNT = sizeof INVALID / sizeof INVALID[0] };

static ls_context *context;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
}

static void tear_down(void *user) {
  (void)user;
  ls_context_destroy(&context);
}

static const char *path_of(const struct invalid *invalid, char path[4096]) {
  snprintf(path, 4096, "%s/%s", support_source("datasets/invalid"), invalid->folder);
  return path;
}

TEST folder_is_refused_with_its_message(const struct invalid *invalid) {
  char path[4096];
  ls_network *const untouched = (ls_network *)&context;
  ls_network *network = untouched;
  ASSERT_EQ(invalid->status, ls_network_read(context, path_of(invalid, path), NULL, &network));
  ASSERT_EQ(untouched, network);
  ASSERT_STR_EQ(invalid->message, ls_context_message(context, 0));
  ASSERT_EQ(invalid->fault_count, context_fault_count(context));
  PASS();
}

TEST check_reports_the_same_without_failing(const struct invalid *invalid) {
  char path[4096];
  ls_text *report = NULL;
  ASSERT_EQ(invalid->status, ls_network_check(context, path_of(invalid, path), NULL, LS_FORMAT_TEXT, &report));
  ASSERT(report != NULL);
  ASSERT(strstr(ls_text_data(report), invalid->message) != NULL);
  ls_text_destroy(&report);
  PASS();
}

TEST every_folder_has_a_row(void) {
  DIR *folder = opendir(support_source("datasets/invalid"));
  int count = 0;
  ASSERT(folder != NULL);
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.' || strcmp(entry->d_name, "scenarios") == 0) continue;
    bool listed = false;
    for (int i = 0; i < INVALID_COUNT && !listed; i++) listed = strcmp(INVALID[i].folder, entry->d_name) == 0;
    if (!listed) fprintf(stderr, "datasets/invalid/%s has no row\n", entry->d_name);
    ASSERT(listed);
    count++;
  }
  closedir(folder);
  ASSERT_EQ((int)INVALID_COUNT, count);
  PASS();
}

SUITE(invalid_input) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(every_folder_has_a_row);
  for (int i = 0; i < INVALID_COUNT; i++) {
    greatest_set_test_suffix(INVALID[i].folder);
    RUN_TEST1(folder_is_refused_with_its_message, &INVALID[i]);
    greatest_set_test_suffix(INVALID[i].folder);
    RUN_TEST1(check_reports_the_same_without_failing, &INVALID[i]);
  }
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(invalid_input);
  GREATEST_MAIN_END();
}
