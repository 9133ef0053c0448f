/* test_readme.c - what the README and the documents say is true: their commands run and print what stands below them, the C
 * examples compile, that of the library is the one of the header, and every command and option named exists.
 *
 * Fenced blocks marked `console` hold commands ("$ ..."; a \ at the end continues) and the standard output of each. They run
 * one after another in a folder that has the source's examples, datasets and include and the build folder as `build`.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <unistd.h>

#include "greatest.h"
#include "support.h"

GREATEST_MAIN_DEFS();

enum { PATH_ROOM = 4096, COMMANDS_MOST = 64, WORD_ROOM = 64 };

/* A compiler that is told to do as this build does: a library with sanitizers in it needs them in the program too. */
#if defined(__SANITIZE_ADDRESS__)
#define COMPILER "cc() { command gcc -fsanitize=address,undefined \"$@\"; }; "
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COMPILER "cc() { command clang -fsanitize=address,undefined \"$@\"; }; "
#endif
#endif
#if !defined(COMPILER)
#define COMPILER ""
#endif

/* ---- text ------------------------------------------------------------------------------------------------------------ */

static char *read_source(const char *name) {
  size_t length = 0;
  const char *path = support_source(name);
  return path == NULL ? NULL : support_read_file(path, &length);
}

/* The lines of `text` end in NUL after this; returns the next one, or NULL. */
static char *next_line(char **at) {
  char *line = *at;
  if (line == NULL || *line == '\0') return NULL;
  char *end = strchr(line, '\n');
  *at = end == NULL ? NULL : end + 1;
  if (end != NULL) *end = '\0';
  return line;
}

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static char *trimmed(char *line) {
  line += strspn(line, " \t");
  for (size_t length = strlen(line); length > 0 && isspace((unsigned char)line[length - 1]); length--)
    line[length - 1] = '\0';
  return line;
}

static void append(char **text, const char *line) {
  char *longer = NULL;
  int length = asprintf(&longer, "%s%s\n", *text == NULL ? "" : *text, line);
  free(*text);
  *text = length < 0 ? NULL : longer;
}

static void replace_all(char *text, const char *old, const char *new) {
  size_t old_length = strlen(old), new_length = strlen(new);
  for (char *at = strstr(text, old); new_length <= old_length && at != NULL; at = strstr(at + new_length, old)) {
    memcpy(at, new, new_length);
    memmove(at + new_length, at + old_length, strlen(at + old_length) + 1);
  }
}

/* ---- fenced blocks ----------------------------------------------------------------------------------------------------- */

struct command {
  char *text, *output; /* each with a line end; output NULL: none is shown */
};

struct commands {
  struct command item[COMMANDS_MOST];
  int count;
};

static void take_line(struct commands *commands, const char *line, bool *goes_on) {
  if (begins(line, "$ ") && commands->count < COMMANDS_MOST) {
    append(&commands->item[commands->count++].text, line + 2);
  } else if (commands->count > 0) {
    struct command *last = &commands->item[commands->count - 1];
    append(*goes_on ? &last->text : &last->output, line);
  }
  size_t length = strlen(line);
  *goes_on = (begins(line, "$ ") || *goes_on) && length > 0 && line[length - 1] == '\\';
}

static struct commands console_commands(char *document) {
  struct commands commands = {.count = 0};
  bool inside = false, goes_on = false;
  for (char *line = next_line(&document); line != NULL; line = next_line(&document)) {
    if (begins(line, "```")) {
      inside = strcmp(line, "```console") == 0;
      goes_on = false;
    } else if (inside) {
      take_line(&commands, line, &goes_on);
    }
  }
  return commands;
}

static void release_commands(struct commands *commands) {
  for (int k = 0; k < commands->count; k++) {
    free(commands->item[k].text);
    free(commands->item[k].output);
  }
}

/* The first block of that language, or NULL. */
static char *fenced_block(char *document, const char *fence) {
  char *block = NULL;
  bool inside = false;
  for (char *line = next_line(&document); line != NULL; line = next_line(&document)) {
    if (inside && begins(line, "```")) return block;
    if (inside) append(&block, line);
    inside = inside || strcmp(line, fence) == 0;
  }
  return block;
}

/* ---- running them -------------------------------------------------------------------------------------------------------- */

static bool make_place(char folder[PATH_ROOM]) {
  static const char *const SHOWN[] = {"examples", "datasets", "include"};
  char link[PATH_ROOM + 16], build[] = LS_PROGRAM;
  if (!support_make_folder(folder)) return false;
  *strrchr(build, '/') = '\0';
  snprintf(link, sizeof link, "%s/build", folder);
  bool made = symlink(build, link) == 0;
  for (size_t k = 0; k < sizeof SHOWN / sizeof SHOWN[0]; k++) {
    snprintf(link, sizeof link, "%s/%s", folder, SHOWN[k]);
    made = made && symlink(support_source(SHOWN[k]), link) == 0;
  }
  return made;
}

/* Debian's Python first: it is the one that has xarray. */
static struct program_result run_shell(const char *folder, const char *text) {
  char *script = NULL;
  if (asprintf(&script, "cd '%s' && PATH=/usr/bin:/bin:$PATH; " COMPILER "%s", folder, text) < 0) script = NULL;
  const char *arguments[] = {"sh", "-c", script, NULL};
  struct program_result result = support_run(arguments);
  free(script);
  return result;
}

static bool is_left_out(const char *folder, const char *text) {
  if (!begins(text, "python3")) return false;
  struct program_result result = run_shell(folder, "python3 -c 'import xarray'");
  bool missing = result.status != 0;
  support_release_program(&result);
  if (missing) fprintf(stderr, "left out, python3-xarray is not installed: %s", text);
  return missing;
}

static bool prints_what_is_shown(const char *folder, const struct command *command) {
  if (is_left_out(folder, command->text)) return true;
  struct program_result result = run_shell(folder, command->text);
  const char *shown = command->output == NULL ? "" : command->output;
  replace_all(result.output, " on cuda\n", " on cpu\n"); /* the documents were written without a GPU */
  bool same = result.status == 0 && strcmp(result.output, shown) == 0;
  if (!same) {
    fprintf(stderr, "$ %s---- shown:\n%s---- printed (exit status %d):\n%s%s", command->text, shown, result.status,
            result.output, result.messages);
  }
  support_release_program(&result);
  return same;
}

TEST commands_print_what_the_document_shows(const char *name) {
  char folder[PATH_ROOM];
  char *document = read_source(name), *again = read_source(name);
  ASSERT(document != NULL && again != NULL);
  ASSERT(make_place(folder));
  char *example = fenced_block(again, "```c");
  if (example != NULL) ASSERT(support_write_file(folder, "example.c", example));
  struct commands commands = console_commands(document);
  int wrong = 0;
  for (int k = 0; k < commands.count; k++) wrong += !prints_what_is_shown(folder, &commands.item[k]);
  int count = commands.count;
  release_commands(&commands);
  support_remove_folder(folder);
  free(example);
  free(again);
  free(document);
  ASSERT(count > 0);
  ASSERT_EQ(0, wrong);
  PASS();
}

/* ---- the example of the header ---------------------------------------------------------------------------------------- */

/* The lines after "The smallest complete use:", without " *   ". */
static char *header_example(char *header) {
  char *example = NULL;
  bool found = false;
  for (char *line = next_line(&header); line != NULL; line = next_line(&header)) {
    if (found && begins(line, " *   ")) append(&example, trimmed(line + 2));
    if (found && example != NULL && !begins(line, " *   ")) break;
    found = found || strstr(line, "The smallest complete use:") != NULL;
  }
  return example;
}

TEST the_headers_example_is_the_one_of_the_readme(void) {
  char *header = read_source("include/loopstress.h"), *readme = read_source("README.md");
  ASSERT(header != NULL && readme != NULL);
  char *example = header_example(header), *block = fenced_block(readme, "```c"), *plain = NULL;
  ASSERT(example != NULL && block != NULL);
  char *at = block;
  for (char *line = next_line(&at); line != NULL; line = next_line(&at)) append(&plain, trimmed(line));
  bool same = plain != NULL && strstr(plain, example) != NULL;
  if (!same) fprintf(stderr, "---- include/loopstress.h:\n%s---- README.md:\n%s", example, plain);
  free(plain);
  free(block);
  free(example);
  free(readme);
  free(header);
  ASSERT(same);
  PASS();
}

/* ---- the model that is added by way of example ------------------------------------------------------------------------ */

TEST the_example_model_compiles_as_models_do(void) {
  char folder[PATH_ROOM], command[2 * PATH_ROOM];
  char *document = read_source("docs/adding-a-model.md");
  ASSERT(document != NULL);
  char *model = fenced_block(document, "```c");
  ASSERT(model != NULL && support_make_folder(folder));
  ASSERT(support_write_file(folder, "example_model.h", model));
  ASSERT(support_write_file(folder, "model.c", "#define LS_STATIC_MODEL(name)\n#include \"example_model.h\"\n"));
  snprintf(command, sizeof command,
           "cc -std=gnu17 -Wall -Wextra -Wconversion -Wshadow -Wno-psabi -Werror -fsyntax-only -iquote '%s' model.c",
           support_source("kernels"));
  struct program_result result = run_shell(folder, command);
  int status = result.status;
  if (status != 0) fputs(result.messages, stderr);
  support_release_program(&result);
  support_remove_folder(folder);
  free(model);
  free(document);
  ASSERT_EQ(0, status);
  PASS();
}

/* ---- commands and options that are named ---------------------------------------------------------------------------- */

struct help {
  char name[COMMANDS_MOST][WORD_ROOM];
  char *text[COMMANDS_MOST];
  int count;
};

static char *help_of(const char *command) {
  const char *arguments[] = {LS_PROGRAM, command == NULL ? "--help" : command, command == NULL ? NULL : "--help", NULL};
  struct program_result result = support_run(arguments);
  char *text = result.status == 0 ? strdup(result.output) : NULL;
  support_release_program(&result);
  return text;
}

static bool read_help(struct help *help) {
  char *all = help_of(NULL), *at = all;
  bool listed = false, whole = all != NULL;
  for (char *line = next_line(&at); line != NULL && whole; line = next_line(&at)) {
    if (listed && *line == '\0') break;
    if (listed && help->count < COMMANDS_MOST) {
      snprintf(help->name[help->count], WORD_ROOM, "%.*s", (int)strcspn(line + 2, " "), line + 2);
      help->text[help->count] = help_of(help->name[help->count]);
      whole = help->text[help->count++] != NULL;
    }
    listed = listed || strcmp(line, "Commands:") == 0;
  }
  free(all);
  return whole && help->count > 0;
}

static void release_help(struct help *help) {
  for (int k = 0; k < help->count; k++) free(help->text[k]);
}

static int find_command(const struct help *help, const char *word, size_t length) {
  for (int k = 0; k < help->count; k++)
    if (strlen(help->name[k]) == length && strncmp(help->name[k], word, length) == 0) return k;
  return -1;
}

/* "--name" as help prints it, with a blank or a line's end behind it; "-x" as "-x, --name". */
static bool offers(const char *text, const char *option) {
  char wanted[WORD_ROOM + 2];
  snprintf(wanted, sizeof wanted, option[1] == '-' ? "%s" : "%s, --", option);
  for (const char *at = strstr(text, wanted); at != NULL; at = strstr(at + 1, wanted))
    if (option[1] != '-' || at[strlen(wanted)] == ' ' || at[strlen(wanted)] == '\n') return true;
  return strcmp(option, "--help") == 0;
}

static bool is_offered(const struct help *help, int command, const char *option) {
  if (command >= 0) return offers(help->text[command], option);
  for (int k = 0; k < help->count; k++)
    if (offers(help->text[k], option)) return true;
  return false;
}

/* The options of one line of shell, up to what another program would take; command -1: of any command. With `where` NULL
 * what is found is not told. */
static int unknown_options(const struct help *help, const char *where, int command, const char *words) {
  int wrong = 0;
  char option[WORD_ROOM];
  for (const char *at = words; *at != '\0'; at += strcspn(at, " ")) {
    at += strspn(at, " ");
    if (strchr("|&;>", *at) != NULL) break;
    size_t length = strspn(at, "-abcdefghijklmnopqrstuvwxyz");
    bool is_option = *at == '-' && length > 1 && length < WORD_ROOM && (at[1] == '-' || length == 2);
    if (!is_option) continue;
    snprintf(option, sizeof option, "%.*s", (int)length, at);
    if (is_offered(help, command, option)) continue;
    const char *of = command >= 0 ? help->name[command] : "any command";
    if (where != NULL) fprintf(stderr, "%s: '%s' is no option of %s: %s\n", where, option, of, words);
    wrong++;
  }
  return wrong;
}

/* `loopstress COMMAND ...`, or inside a code span `COMMAND --option` or `--option`; anything else speaks of other programs. */
static int unknown_words(const struct help *help, const char *where, const char *text) {
  static const char NAME[] = "loopstress ";
  const char *start = strstr(text, NAME);
  bool is_call = start != NULL && (start == text || start[-1] == '/' || start[-1] == ' ');
  const char *word = is_call ? start + strlen(NAME) : text;
  size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz");
  int command = find_command(help, word, length);
  if (is_call && length > 0 && command < 0) {
    if (where != NULL) fprintf(stderr, "%s: there is no command '%.*s': %s\n", where, (int)length, word, text);
    return 1;
  }
  if (command < 0 && !begins(text, "--")) return 0;
  return unknown_options(help, where, command, command >= 0 ? word + length : text);
}

static int unknown_in_spans(const struct help *help, const char *where, char *line) {
  int wrong = 0;
  for (char *open = strchr(line, '`'); open != NULL;) {
    char *close = strchr(open + 1, '`');
    if (close == NULL) break;
    *close = '\0';
    wrong += unknown_words(help, where, open + 1);
    open = strchr(close + 1, '`');
  }
  return wrong;
}

static int unknown_in_document(const struct help *help, const char *name) {
  char *document = read_source(name), *at = document;
  int wrong = document == NULL;
  bool fenced = false;
  for (char *line = next_line(&at); line != NULL; line = next_line(&at)) {
    if (begins(line, "```"))
      fenced = !fenced;
    else
      wrong += fenced ? unknown_words(help, name, line) : unknown_in_spans(help, name, line);
  }
  free(document);
  return wrong;
}

static int unknown_in_folder(const struct help *help, const char *folder, int *documents) {
  DIR *list = opendir(support_source(folder));
  int wrong = 0;
  for (struct dirent *entry = list == NULL ? NULL : readdir(list); entry != NULL; entry = readdir(list)) {
    char name[PATH_ROOM];
    size_t length = strlen(entry->d_name);
    if (length < 4 || strcmp(entry->d_name + length - 3, ".md") != 0) continue;
    snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
    wrong += unknown_in_document(help, name);
    ++*documents;
  }
  if (list != NULL) closedir(list);
  return wrong;
}

TEST every_command_and_option_named_exists(void) {
  struct help help = {.count = 0};
  int documents = 0;
  bool read = read_help(&help);
  int wrong = read ? unknown_in_document(&help, "README.md") : 1;
  static const char *const FOLDERS[] = {"docs", "docs/how-to", "docs/models", "docs/reference"};
  for (size_t k = 0; k < sizeof FOLDERS / sizeof FOLDERS[0] && read; k++)
    wrong += unknown_in_folder(&help, FOLDERS[k], &documents);
  release_help(&help);
  ASSERT(read);
  ASSERT(documents > 0);
  ASSERT_EQ(0, wrong);
  PASS();
}

TEST an_option_that_does_not_exist_is_found(void) {
  struct help help = {.count = 0};
  ASSERT(read_help(&help));
  int found = unknown_words(&help, NULL, "build/loopstress run network --frobnicate -o x | head --lines 3");
  int known = unknown_words(&help, NULL, "build/loopstress run network --json -o x | head --lines 3");
  int missing = unknown_words(&help, NULL, "loopstress frobnicate network");
  int elsewhere = unknown_words(&help, NULL, "export --basis firm") + unknown_words(&help, NULL, "--frobnicate");
  int other = unknown_words(&help, NULL, "cmake --install build");
  release_help(&help);
  ASSERT_EQ(1, found);
  ASSERT_EQ(0, known);
  ASSERT_EQ(1, missing);
  ASSERT_EQ(2, elsewhere);
  ASSERT_EQ(0, other);
  PASS();
}

SUITE(documents) {
  static const char *const DOCUMENTS[] = {"README.md",
                                          "docs/reproducibility.md",
                                          "docs/tutorial.md",
                                          "docs/how-to/own-network.md",
                                          "docs/how-to/shocks-by-hand.md",
                                          "docs/how-to/monte-carlo.md",
                                          "docs/how-to/compare-two-networks.md",
                                          "docs/how-to/run-in-batch.md",
                                          "docs/how-to/read-results.md"};
  for (size_t k = 0; k < sizeof DOCUMENTS / sizeof DOCUMENTS[0]; k++) {
    greatest_set_test_suffix(DOCUMENTS[k]);
    RUN_TESTp(commands_print_what_the_document_shows, DOCUMENTS[k]);
  }
  RUN_TEST(the_headers_example_is_the_one_of_the_readme);
  RUN_TEST(the_example_model_compiles_as_models_do);
  RUN_TEST(every_command_and_option_named_exists);
  RUN_TEST(an_option_that_does_not_exist_is_found);
}

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(documents);
  GREATEST_MAIN_END();
}
