/* completion.c - loopstress completion bash|zsh|fish: what makes a shell complete words, made of the tables of commands and options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"

/* ---- what may stand where ---------------------------------------------------------------------------------------------- */

/* What a shell can offer for a value or an operand. */
enum offer { OFFER_NOTHING, OFFER_WORDS, OFFER_FILES };

struct place {
  enum offer offer;
  char *words; /* with blanks between, owned; NULL but for OFFER_WORDS */
};

static char *copy_with_blanks(const char *choices) {
  char *words = strdup(choices);
  for (char *at = words; at != NULL && *at != 0; at++)
    if (*at == '|') *at = ' ';
  return words;
}

static char *command_names(void) {
  int count;
  size_t room = 1;
  const struct command *command = command_table(&count);
  for (int k = 0; k < count; k++) room += strlen(command[k].name) + 1;
  char *words = calloc(room, 1), *end = words;
  for (int k = 0; k < count && words != NULL; k++) end = stpcpy(stpcpy(end, k > 0 ? " " : ""), command[k].name);
  return words;
}

/* The lines "name: title" of the list of models. */
static char *model_names(void) {
  ls_context *context = NULL;
  ls_text *report = NULL;
  char *words = NULL, *end = NULL;
  if (ls_context_create(&context) == LS_STATUS_OK &&
      ls_models_describe(context, LS_FORMAT_TEXT, &report) == LS_STATUS_OK)
    words = end = calloc(ls_text_length(report) + 1, 1);
  for (const char *line = words != NULL ? ls_text_data(report) : NULL; line != NULL && *line != 0;) {
    const size_t length = strcspn(line, ":\n");
    if (*line != ' ') end += sprintf(end, "%s%.*s", end > words ? " " : "", (int)length, line);
    line = strchr(line, '\n');
    if (line != NULL) line++;
  }
  ls_text_destroy(&report);
  ls_context_destroy(&context);
  return words;
}

/* Does that stand for a file or a folder? */
static bool names_file(const char *value) {
  static const char *const FILES[] = {"FILE", "PATH", "FOLDER", "NETWORK", "RESULTS", "SOURCE"};
  for (size_t k = 0; k < sizeof FILES / sizeof FILES[0]; k++)
    if (strcmp(value, FILES[k]) == 0) return true;
  return strstr(value, ".h5") != NULL || strstr(value, ".csv") != NULL;
}

static struct place place_of_option(const struct option_words *option) {
  if (option->is_choice) return (struct place){OFFER_WORDS, copy_with_blanks(option->value)};
  if (strcmp(option->name, "model") == 0) return (struct place){OFFER_WORDS, model_names()};
  return (struct place){option->value != NULL && names_file(option->value) ? OFFER_FILES : OFFER_NOTHING, NULL};
}

static struct place place_of_operands(const struct command *command) {
  if (strcmp(command->operands, "[COMMAND]") == 0) return (struct place){OFFER_WORDS, command_names()};
  if (strchr(command->operands, '|') != NULL) return (struct place){OFFER_WORDS, copy_with_blanks(command->operands)};
  return (struct place){names_file(command->operands) ? OFFER_FILES : OFFER_NOTHING, NULL};
}

static bool is_short_of_memory(const struct place *place) {
  return place->offer == OFFER_WORDS && place->words == NULL;
}

/* `text` inside '...', where `special` and what ends the quotes cannot stand bare. */
static void print_quoted(const char *text, const char *special, const char *quote) {
  for (; *text != 0; text++) {
    if (*text == '\'') {
      fputs(quote, stdout);
    } else {
      if (strchr(special, *text) != NULL) putchar('\\');
      putchar(*text);
    }
  }
}

/* ---- bash ---------------------------------------------------------------------------------------------------------------- */

static void print_bash_place(const char *variable, struct place *place) {
  if (place->offer == OFFER_NOTHING) printf("%s=none", variable);
  if (place->offer == OFFER_FILES) printf("%s=files", variable);
  if (place->offer == OFFER_WORDS) printf("%s='%s'", variable, place->words);
  free(place->words);
}

static int print_bash_command(const struct command *command) {
  struct option_words option;
  struct place operands = place_of_operands(command);
  if (is_short_of_memory(&operands)) return cli_out_of_memory();
  printf("    %s)\n      options='", command->name);
  for (int k = 0; options_describe(command, k, &option); k++) {
    if (option.letter != 0) printf("-%c ", option.letter);
    printf("--%s ", option.name);
  }
  fputs("'\n      ", stdout);
  print_bash_place("operands", &operands);
  fputs("\n      case $option in\n", stdout);
  for (int k = 0; options_describe(command, k, &option); k++) {
    if (option.value == NULL) continue;
    struct place value = place_of_option(&option);
    if (is_short_of_memory(&value)) return cli_out_of_memory();
    fputs("        ", stdout);
    if (option.letter != 0) printf("-%c | ", option.letter);
    printf("--%s) ", option.name);
    print_bash_place("values", &value);
    fputs(" ;;\n", stdout);
  }
  fputs("      esac\n      ;;\n", stdout);
  return EXIT_DONE;
}

static int print_bash(const struct command *command, int count, const char *names) {
  printf("# Completion of loopstress in bash: source <(loopstress completion bash)\n\n"
         "_loopstress() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  local options= operands=none values=\n"
         "  COMPREPLY=()\n"
         "  if [[ $current == = ]]; then # --option=value comes in three words\n"
         "    current=\n"
         "  elif [[ $option == = ]]; then\n"
         "    option=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "  fi\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    mapfile -t COMPREPLY < <(compgen -W 'help %s --help --version' -- \"$current\")\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]} in\n"
         "    help) operands='%s' ;;\n",
         names, names);
  for (int k = 0; k < count; k++) {
    const int code = print_bash_command(&command[k]);
    if (code != EXIT_DONE) return code;
  }
  fputs("  esac\n"
        "  if [[ -z $values && $current == -* ]]; then\n"
        "    values=$options\n"
        "  fi\n"
        "  case ${values:=$operands} in\n"
        "    none) ;;\n"
        "    files)\n"
        "      compopt -o filenames 2>/dev/null\n"
        "      mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
        "      ;;\n"
        "    *) mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$current\") ;;\n"
        "  esac\n"
        "}\n\n"
        "complete -F _loopstress loopstress\n",
        stdout);
  return EXIT_DONE;
}

/* ---- zsh ----------------------------------------------------------------------------------------------------------------- */

static void print_zsh_text(const char *text) { print_quoted(text, "[]:\\", "'\\''"); }

/* ":message:action" */
static void print_zsh_place(const char *message, struct place *place) {
  putchar(':');
  print_zsh_text(message);
  if (place->offer == OFFER_NOTHING) fputs(": ", stdout);
  if (place->offer == OFFER_FILES) fputs(":_files", stdout);
  if (place->offer == OFFER_WORDS) printf(":(%s)", place->words);
  free(place->words);
}

static int print_zsh_option(const struct option_words *option) {
  fputs("          ", stdout);
  if (option->letter != 0) {
    printf("'(-%c --%s)'{", option->letter, option->name);
    printf(option->value != NULL ? "-%c+,--%s=}" : "-%c,--%s}", option->letter, option->name);
    putchar('\'');
  } else {
    printf("'%s--%s%s", option->may_repeat ? "*" : "", option->name, option->value != NULL ? "=" : "");
  }
  putchar('[');
  print_zsh_text(option->help);
  putchar(']');
  if (option->value != NULL) {
    struct place value = place_of_option(option);
    if (is_short_of_memory(&value)) return cli_out_of_memory();
    print_zsh_place(option->is_choice ? option->name : option->value, &value);
  }
  fputs("' \\\n", stdout);
  return EXIT_DONE;
}

static int print_zsh_command(const struct command *command) {
  struct option_words option;
  struct place operands = place_of_operands(command);
  if (is_short_of_memory(&operands)) return cli_out_of_memory();
  printf("        (%s)\n          _arguments -S \\\n", command->name);
  for (int k = 0; options_describe(command, k, &option); k++) {
    const int code = print_zsh_option(&option);
    if (code != EXIT_DONE) return code;
  }
  fputs("          '*", stdout);
  print_zsh_place(*command->operands != 0 ? command->operands : "nothing", &operands);
  fputs("'\n          ;;\n", stdout);
  return EXIT_DONE;
}

static int print_zsh(const struct command *command, int count, const char *names) {
  fputs("#compdef loopstress\n# Completion of loopstress in zsh: source <(loopstress completion zsh)\n\n"
        "_loopstress() {\n"
        "  local context state state_descr line\n"
        "  local -A opt_args\n"
        "  local -a commands=(\n"
        "    'help:Tells what there is'\n",
        stdout);
  for (int k = 0; k < count; k++) {
    printf("    '%s:", command[k].name);
    print_zsh_text(command[k].summary);
    fputs("'\n", stdout);
  }
  printf("  )\n"
         "  _arguments -C '1:command:->command' '*::word:->word'\n"
         "  case $state in\n"
         "    (command) _describe -t commands command commands ;;\n"
         "    (word)\n"
         "      case $words[1] in\n"
         "        (help) _arguments '*:command:(%s)' ;;\n",
         names);
  for (int k = 0; k < count; k++) {
    const int code = print_zsh_command(&command[k]);
    if (code != EXIT_DONE) return code;
  }
  fputs("      esac\n"
        "      ;;\n"
        "  esac\n"
        "}\n\n"
        "if [[ $funcstack[1] == _loopstress ]]; then # read as a file of $fpath\n"
        "  _loopstress \"$@\"\n"
        "else\n"
        "  compdef _loopstress loopstress\n"
        "fi\n",
        stdout);
  return EXIT_DONE;
}

/* ---- fish ---------------------------------------------------------------------------------------------------------------- */

static void print_fish_text(const char *text) { print_quoted(text, "\\", "\\'"); }

static void print_fish_place(struct place *place) {
  if (place->offer == OFFER_NOTHING) fputs(" -x", stdout);
  if (place->offer == OFFER_FILES) fputs(" -r -F", stdout);
  if (place->offer == OFFER_WORDS) printf(" -x -a '%s'", place->words);
  free(place->words);
}

static int print_fish_option(const struct command *command, const struct option_words *option) {
  printf("complete -c loopstress -n '__fish_seen_subcommand_from %s' -l %s", command->name, option->name);
  if (option->letter != 0) printf(" -s %c", option->letter);
  if (option->value != NULL) {
    struct place value = place_of_option(option);
    if (is_short_of_memory(&value)) return cli_out_of_memory();
    print_fish_place(&value);
  }
  fputs(" -d '", stdout);
  print_fish_text(option->help);
  fputs("'\n", stdout);
  return EXIT_DONE;
}

static int print_fish_command(const struct command *command) {
  struct option_words option;
  struct place operands = place_of_operands(command);
  if (is_short_of_memory(&operands)) return cli_out_of_memory();
  printf("\ncomplete -c loopstress -n __fish_use_subcommand -a %s -d '", command->name);
  print_fish_text(command->summary);
  fputs("'\n", stdout);
  if (operands.offer == OFFER_FILES)
    printf("complete -c loopstress -n '__fish_seen_subcommand_from %s' -F\n", command->name);
  if (operands.offer == OFFER_WORDS)
    printf("complete -c loopstress -n '__fish_seen_subcommand_from %s' -a '%s'\n", command->name, operands.words);
  free(operands.words);
  for (int k = 0; options_describe(command, k, &option); k++) {
    const int code = print_fish_option(command, &option);
    if (code != EXIT_DONE) return code;
  }
  return EXIT_DONE;
}

static int print_fish(const struct command *command, int count, const char *names) {
  printf("# Completion of loopstress in fish: loopstress completion fish | source\n\n"
         "complete -c loopstress -f\n"
         "complete -c loopstress -n __fish_use_subcommand -l version -d 'Prints the version'\n"
         "complete -c loopstress -n __fish_use_subcommand -a help -d 'Tells what there is'\n"
         "complete -c loopstress -n '__fish_seen_subcommand_from help' -a '%s'\n",
         names);
  for (int k = 0; k < count; k++) {
    const int code = print_fish_command(&command[k]);
    if (code != EXIT_DONE) return code;
  }
  return EXIT_DONE;
}

/* ---- the command ----------------------------------------------------------------------------------------------------------- */

int command_completion(const struct options *options) {
  static const struct {
    const char *name;
    int (*print)(const struct command *command, int count, const char *names);
  } SHELL[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
  int count, code = EXIT_USAGE;
  const struct command *command = command_table(&count);
  char *names = command_names();
  if (names == NULL) return cli_out_of_memory();
  for (size_t k = 0; k < sizeof SHELL / sizeof SHELL[0]; k++) {
    if (strcmp(options->operand[0], SHELL[k].name) == 0) {
      code = SHELL[k].print(command, count, names);
      free(names);
      return code;
    }
  }
  free(names);
  cli_complain("the shell is '%s', must be bash, zsh or fish: loopstress completion bash", options->operand[0]);
  return code;
}
