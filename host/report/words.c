/* words.c - the run told in a few sentences and a row of key figures. */
#include <math.h>
#include <string.h>

#include "aggregate/dependence.h"
#include "report/sections.h"

void write_unit(const struct view *view, struct buffer *page, const char *before) {
  if (!view->unit[0]) return;
  buffer_text(page, before);
  write_escaped(page, view->unit);
}

/* "USD 1,234 bn" where currency and unit are there. */
static void write_money(const struct view *view, struct buffer *page, double value, int decimals) {
  if (view->network->currency[0]) {
    write_escaped(page, view->network->currency);
    buffer_text(page, "&nbsp;");
  }
  write_amount(page, value, decimals);
  if (view->network->unit[0]) {
    buffer_text(page, "&nbsp;");
    write_escaped(page, view->network->unit);
  }
}

void write_title(const struct view *view, struct buffer *page) {
  write_escaped(page, view->network->name[0] ? view->network->name : "Network");
}

void write_subtitle(const struct view *view, struct buffer *page) {
  buffer_text(page, "Model ");
  write_escaped(page, view->results->identity.model);
  buffer_text(page, " &middot; ");
  write_count(page, view->entity_count);
  buffer_text(page, view->entity_count == 1 ? " entity" : " entities");
  buffer_text(page, " &middot; ");
  write_count(page, view->scenario_count);
  buffer_text(page, view->scenario_count == 1 ? " scenario" : " scenarios");
  if (view->quarter_count > 0) buffer_print(page, " of %d quarters", (int)view->quarter_count);
  write_unit(view, page, " &middot; amounts in ");
  if (view->network->as_of[0]) {
    buffer_text(page, " &middot; as of ");
    write_escaped(page, view->network->as_of);
  }
}

static void begin_figure(struct buffer *page, const char *definition, const char *term) {
  buffer_print(page, "<div><dt><a href=\"#def-%s\">%s</a></dt><dd>", definition, term);
  begin_defined(page, definition);
}

static void end_figure(struct buffer *page, const char *note) {
  buffer_print(page, "</a></dd><dd class=\"note\">%s</dd></div>\n", note);
}

static void money_figure(const struct view *view, struct buffer *page, const char *definition, const char *term,
                         double value, double error) {
  begin_figure(page, definition, term);
  write_money(view, page, value, view->decimals);
  buffer_text(page, "</a></dd><dd class=\"note\">");
  if (isfinite(error)) {
    begin_defined(page, "standard-error");
    buffer_text(page, "standard error ");
    write_amount(page, error, decimals_for(error * 100));
    end_defined(page);
  }
  buffer_text(page, "</dd></div>\n");
}

void write_key_figures(const struct view *view, struct buffer *page) {
  const struct loss_statistics *loss = view->loss;
  const struct statistics *statistics = &view->results->statistics;
  begin_figure(page, "baseline-value", "Baseline value");
  write_money(view, page, view->baseline_total, decimals_for(fabs(view->baseline_total)));
  end_figure(page, "sum over entities, no shock");
  if (view->drawn) {
    money_figure(view, page, "loss", "Expected loss", loss->mean, loss->mean_se);
    begin_figure(page, "var", "VaR 99%");
    write_money(view, page, loss->tail[1].value, view->decimals);
    end_figure(page, "exceeded in 1 of 100 scenarios");
    money_figure(view, page, "es", "ES 99%", loss->tail[1].shortfall, loss->tail[1].shortfall_se);
  } else {
    money_figure(view, page, "loss", view->scenario_count == 1 ? "Loss" : "Mean loss of the scenarios", loss->mean,
                 NAN);
    if (view->scenario_count > 1) money_figure(view, page, "loss", "Largest loss", loss->maximum, NAN);
  }
  begin_figure(page, "default", view->scenario_count == 1 ? "Defaults" : "Defaults per scenario");
  write_amount(page, statistics->default_count_mean, view->scenario_count == 1 ? 0 : 2);
  buffer_text(page, "</a></dd><dd class=\"note\">");
  if (view->scenario_count > 1) {
    buffer_text(page, "mean; at most ");
    write_amount(page, statistics->default_count_max, 0);
    buffer_text(page, " ");
  }
  buffer_print(page, "of %d entities</dd></div>\n", (int)view->entity_count);
}

/* The cost of distress is the model's own assumption: where much of the tail is made of it, that stands among the
 * first lines. */
static void write_distress_sentence(const struct view *view, struct buffer *page) {
  const double share = dependence_distress_share(view->results);
  if (!isfinite(share) || view->results->identity.loss_is_net) return;
  const bool much = share > DISTRESS_SHARE_TOLD;
  buffer_text(page,
              much ? "<strong>Over a quarter of that, " : "The cost of distress, an assumption of the model, is ");
  write_percent(page, share, share > 0 ? percent_decimals_for(share) : 1);
  buffer_text(page, much ? ", is the cost of distress, an assumption of the model.</strong> " : " of that. ");
}

static void write_loss_sentence(const struct view *view, struct buffer *page) {
  const struct loss_statistics *loss = view->loss;
  if (view->scenario_count == 1)
    buffer_text(page, "In this scenario the network loses ");
  else if (view->drawn)
    buffer_text(page, "Over all scenarios the network loses ");
  else
    buffer_text(page, "Averaged over the listed scenarios, which are cases and not draws, the network loses ");
  buffer_text(page, "<b>");
  write_money(view, page, loss->mean, view->decimals);
  buffer_text(page, "</b>");
  if (view->drawn) buffer_text(page, " on average");
  buffer_text(page, view->results->identity.loss_is_net
                        ? " (net: what holders outside it lose)"
                        : " (gross: the losers' losses, nobody's gains set against them)");
  if (view->baseline_total > 0) {
    buffer_text(page, ", ");
    write_percent(page, loss->mean / view->baseline_total, percent_decimals_for(loss->mean / view->baseline_total));
    buffer_text(page, " of its baseline value");
  }
  buffer_text(page, ". ");
  if (!view->drawn || !isfinite(loss->tail[1].shortfall)) return;
  buffer_text(page, "In the worst 1% of scenarios it loses <b>");
  write_money(view, page, loss->tail[1].shortfall, view->decimals);
  buffer_text(page, "</b> on average (expected shortfall). ");
  write_distress_sentence(view, page);
}

static void write_frequency(const struct view *view, struct buffer *page, int32_t entity) {
  const struct entity_statistics *of = &view->results->statistics.entity[entity];
  buffer_text(page, "<b>");
  write_escaped(page, view_name(view, entity));
  buffer_text(page, "</b>");
  if (view->scenario_count == 1) return;
  buffer_text(page, " (");
  write_percent(page, of->default_probability, percent_decimals_for(of->default_probability));
  buffer_text(page, ")");
}

static void write_default_sentence(const struct view *view, struct buffer *page) {
  const struct entity_statistics *entity = view->results->statistics.entity;
  int32_t failing = 0;
  while (failing < view->entity_count && entity[view->by_default[failing]].default_probability > 0) failing++;
  if (failing == 0) {
    buffer_text(page, view->scenario_count == 1 ? "No entity defaults. " : "No entity defaults in any scenario. ");
    return;
  }
  int32_t named = failing < 3 ? failing : 3;
  if (view->scenario_count == 1)
    buffer_print(page, "%d of %d entities default: ", (int)failing, (int)view->entity_count);
  else
    buffer_text(page, "Most often in default: ");
  for (int32_t k = 0; k < named; k++) {
    if (k > 0) buffer_text(page, k + 1 < named || failing > named ? ", " : " and ");
    write_frequency(view, page, view->by_default[k]);
  }
  if (failing > named)
    buffer_print(page, view->scenario_count == 1 ? " and %d more" : "; %d more default in some scenario",
                 (int)(failing - named));
  buffer_text(page, ". ");
}

static void write_line_sentence(const struct view *view, struct buffer *page) {
  int32_t largest = -1;
  for (int32_t k = 0; k < view->line_count; k++)
    if (view->line_total[k] > 0 && (largest < 0 || view->line_total[k] > view->line_total[largest])) largest = k;
  if (largest < 0 || view->line_count < 2) return;
  buffer_text(page, "With gains set against losses the entities lose ");
  write_money(view, page, view->line_sum, view->decimals);
  if (view->scenario_count > 1) buffer_text(page, " on average");
  buffer_text(page, "; the balance-sheet line with the largest loss is <b>");
  write_line_name(view, page, largest);
  buffer_text(page, "</b> (");
  write_money(view, page, view->line_total[largest], view->decimals);
  buffer_text(page, "). ");
}

static void write_tail_sentence(const struct view *view, struct buffer *page) {
  const struct entity_statistics *entity = view->results->statistics.entity;
  const double shortfall = view->results->statistics.gross.tail[1].shortfall;
  int32_t largest = 0;
  if (!view->drawn || !(shortfall > 0)) return;
  for (int32_t k = 1; k < view->entity_count; k++)
    if (entity[k].es_contribution > entity[largest].es_contribution) largest = k;
  if (!(entity[largest].es_contribution > 0)) return;
  buffer_text(page, "The largest part of the gross expected shortfall is the loss of <b>");
  write_escaped(page, view_name(view, largest));
  buffer_text(page, "</b> (");
  write_percent(page, entity[largest].es_contribution / shortfall, 1);
  buffer_text(page, "). ");
}

static void write_flow_sentence(const struct view *view, struct buffer *page) {
  if (view->flows.basis_count < 2 || !(view->flows.basis[0].total > 0)) return;
  const struct flow_basis *all = &view->flows.basis[0], *last = &view->flows.basis[view->flows.basis_count - 1];
  buffer_text(page, "Entities pay one another ");
  write_money(view, page, all->total, decimals_for(all->total));
  buffer_text(page, " a year by what was announced, of which ");
  write_percent(page, last->total / all->total, 0);
  buffer_text(page, " is funded or running business. ");
}

static void write_quality_sentence(const struct view *view, struct buffer *page) {
  const struct statistics *statistics = &view->results->statistics;
  int64_t unfinished = view->scenario_count - statistics->converged_count;
  if (unfinished > 0) {
    buffer_text(page, "<strong>");
    write_count(page, unfinished);
    buffer_text(page, " scenarios did not converge; they are counted with their last iterate.</strong> ");
  }
  if (statistics->nonfinite_count > 0) {
    buffer_text(page, "<strong>");
    write_count(page, statistics->nonfinite_count);
    buffer_text(page, " scenarios gave no finite number and are left out.</strong> ");
  }
  if (statistics->clip_count > 0) {
    write_count(page, statistics->clip_count);
    buffer_text(page, " shock values were clipped into their range. ");
  }
}

void write_summary(const struct view *view, struct buffer *page) {
  write_loss_sentence(view, page);
  write_default_sentence(view, page);
  write_tail_sentence(view, page);
  write_line_sentence(view, page);
  write_flow_sentence(view, page);
  write_quality_sentence(view, page);
}
