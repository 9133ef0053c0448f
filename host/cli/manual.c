/* manual.c - loopstress manual [COMMAND]: pages for man(1), made of the tables of commands, options and exit codes. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "loopstress.h"

/* ---- text as troff takes it ------------------------------------------------------------------------------------------ */

/* A dash that is typed is not a hyphen: \- of the printed page can be copied into a shell. */
static void print_typed(const char *text) {
  for (; *text != 0; text++) {
    if (*text == '\\') {
      fputs("\\e", stdout);
    } else if (*text == '-') {
      fputs("\\-", stdout);
    } else {
      putchar(*text);
    }
  }
}

/* A word that begins with a dash was meant to be typed, any other dash is a hyphen. */
static void print_prose(const char *text) {
  char before = ' ';
  for (; *text != 0; before = *text++) {
    bool typed = *text == '-' && (before == ' ' || before == '(' || before == '-');
    if (*text == '\\') {
      fputs("\\e", stdout);
    } else {
      fputs(typed ? "\\-" : (char[]){*text, 0}, stdout);
    }
  }
}

static void print_bold(const char *text) {
  fputs("\\fB", stdout);
  print_typed(text);
  fputs("\\fR", stdout);
}

static void print_italic(const char *text) {
  fputs("\\fI", stdout);
  print_typed(text);
  fputs("\\fR", stdout);
}

/* Capitals, as in the heading of a page. */
static void print_title(const char *command) {
  fputs("LOOPSTRESS", stdout);
  if (command != NULL) fputs("\\-", stdout);
  for (; command != NULL && *command != 0; command++) putchar(toupper((unsigned char)*command));
}

/* ---- parts of a page --------------------------------------------------------------------------------------------------- */

/* No date: a page changes with the version alone, so that equal sources make equal pages. */
static void print_heading(const char *command, const char *summary) {
  fputs(".TH ", stdout);
  print_title(command);
  printf(" 1 \"\" \"Loopstress %s\" \"User Commands\"\n.SH NAME\nloopstress", ls_version());
  if (command != NULL) printf("\\-%s", command);
  fputs(" \\- ", stdout);
  putchar(tolower((unsigned char)*summary));
  print_prose(summary + 1);
  putchar('\n');
}

static void print_example(const char *example) {
  fputs(".SH EXAMPLES\n.EX\n", stdout);
  print_typed(example);
  fputs("\n.EE\n", stdout);
}

static void print_reference(const char *command, const char *after) {
  printf(".BR loopstress\\-%s (1)%s\n", command, after);
}

static void print_exit_codes(void) {
  int count;
  const struct exit_code *code = exit_code_table(&count);
  fputs(".SH EXIT STATUS\n", stdout);
  for (int k = 0; k < count; k++) {
    printf(".TP\n.B %d\n", code[k].code);
    print_prose(code[k].meaning);
    putchar('\n');
  }
}

static void print_option(const struct option_words *option) {
  char name[64];
  fputs(".TP\n", stdout);
  if (option->letter != 0) {
    print_bold((char[]){'-', option->letter, 0});
    fputs(", ", stdout);
  }
  snprintf(name, sizeof name, "--%s", option->name);
  print_bold(name);
  if (option->value != NULL) {
    putchar(' ');
    if (option->is_choice) print_bold(option->value);
    if (!option->is_choice) print_italic(option->value);
  }
  putchar('\n');
  print_prose(option->help);
  fputs(".\n", stdout);
}

static void print_options(const struct command *command) {
  struct option_words option;
  fputs(".SH OPTIONS\n", stdout);
  for (int k = 0; options_describe(command, k, &option); k++) print_option(&option);
}

/* ---- pages --------------------------------------------------------------------------------------------------------------- */

static void print_command_page(const struct command *command) {
  print_heading(command->name, command->summary);
  fputs(".SH SYNOPSIS\n.B loopstress ", stdout);
  print_typed(command->name);
  putchar('\n');
  if (*command->operands != 0) {
    print_italic(command->operands);
    putchar('\n');
  }
  fputs("[options]\n", stdout);
  if (command->needs_output) fputs("\\fB\\-o\\fR \\fIPATH\\fR\n", stdout);
  fputs(".SH DESCRIPTION\n", stdout);
  print_prose(command->summary);
  fputs(".\n", stdout);
  print_options(command);
  print_example(command->example);
  fputs(".SH EXIT STATUS\nThat of all commands.\n.SH SEE ALSO\n.BR loopstress (1)\n", stdout);
}

static void print_commands(const struct command *command, int count) {
  fputs(".SH COMMANDS\n", stdout);
  for (int k = 0; k < count; k++) {
    fputs(".TP\n", stdout);
    print_bold(command[k].name);
    putchar('\n');
    print_prose(command[k].summary);
    fputs(".\n", stdout);
  }
}

static void print_program_page(void) {
  int count;
  const struct command *command = command_table(&count);
  print_heading(NULL, program_summary);
  fputs(".SH SYNOPSIS\n.B loopstress\n\\fICOMMAND\\fR [options]\n.SH DESCRIPTION\n", stdout);
  print_prose(program_summary);
  fputs(".\nResults go to standard output or into the file named, everything else to standard error.\n", stdout);
  print_commands(command, count);
  print_exit_codes();
  fputs(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNo colours on standard error, where it is set and not empty.\n", stdout);
  print_example(program_example);
  fputs(".SH SEE ALSO\n", stdout);
  for (int k = 0; k < count; k++) print_reference(command[k].name, k + 1 < count ? "," : "");
}

int command_manual(const struct options *options) {
  if (options->operand_count == 0) {
    print_program_page();
    return EXIT_DONE;
  }
  const struct command *command = command_named(options->operand[0]);
  if (command == NULL) return EXIT_USAGE;
  print_command_page(command);
  return EXIT_DONE;
}
