/* output.c - see output.h: the only places that write to standard output and standard error, but for the progress line. */
#define _GNU_SOURCE /* vasprintf */
#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interrupt.h"

static bool speaks_json; /* set while the command line is read, before there is a second thread */

void cli_speak_json(void) { speaks_json = true; }
bool cli_speaks_json(void) { return speaks_json; }

bool cli_is_lively(void) {
  const char *terminal = getenv("TERM");
  return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

/* no-color.org: any value but the empty one. */
static bool is_colour_welcome(void) {
  const char *refused = getenv("NO_COLOR");
  return (refused == NULL || *refused == 0) && cli_is_lively();
}

static void print_json_text(FILE *stream, const char *text) {
  putc('"', stream);
  for (const unsigned char *at = (const unsigned char *)text; *at != 0; at++) {
    if (*at == '"' || *at == '\\') {
      fprintf(stream, "\\%c", *at);
    } else if (*at < 0x20) {
      fprintf(stream, "\\u%04x", *at);
    } else {
      putc(*at, stream);
    }
  }
  putc('"', stream);
}

/* What is said, and how a line of it begins: for people with a label in a colour, or as it is without a label. */
struct speech {
  const char *kind, *label, *colour;
};
static const struct speech ERROR = {"error", "error: ", "31"}, WARNING = {"warning", "warning: ", "33"},
                           NOTE = {"note", "", ""};

static void say(const struct speech *speech, const char *text) {
  if (speaks_json) {
    fprintf(stderr, "{\"%s\": ", speech->kind);
    print_json_text(stderr, text);
    fputs("}\n", stderr);
  } else if (*speech->colour != 0 && is_colour_welcome()) {
    fprintf(stderr, "\033[%sm%s\033[0m%s\n", speech->colour, speech->label, text);
  } else {
    fprintf(stderr, "%s%s\n", speech->label, text);
  }
}

/* Without memory for the text the format itself is said. */
static void say_formatted(const struct speech *speech, const char *format, va_list arguments) {
  char *text = NULL;
  if (vasprintf(&text, format, arguments) < 0) text = NULL;
  say(speech, text != NULL ? text : format);
  free(text);
}

void cli_complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say_formatted(&ERROR, format, arguments);
  va_end(arguments);
}

void cli_note(const struct options *options, const char *format, ...) {
  if (options->quiet) return;
  va_list arguments;
  va_start(arguments, format);
  say_formatted(&NOTE, format, arguments);
  va_end(arguments);
}

int cli_out_of_memory(void) {
  cli_complain("%s", ls_status_text(LS_STATUS_OUT_OF_MEMORY));
  return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
}

ls_context *cli_begin(void) {
  ls_context *context = NULL;
  if (ls_context_create(&context) != LS_STATUS_OK) cli_out_of_memory();
  interrupt_watch(context);
  return context;
}

static bool is_told(const char *told, const char *message) { return told != NULL && strstr(told, message) != NULL; }

void cli_tell_messages(ls_context *context, const struct options *options, const char *told) {
  int warning_count = options->quiet ? 0 : ls_context_warning_count(context);
  for (int k = 0; k < warning_count; k++) {
    const char *warning = ls_context_warning(context, k);
    if (is_told(told, warning)) continue;
    say(&WARNING, warning);
  }
  for (int k = 0; k < ls_context_message_count(context); k++) {
    const char *message = ls_context_message(context, k);
    if (*message != 0 && !is_told(told, message)) cli_complain("%s", message);
  }
  ls_context_clear_messages(context);
}

/* Whether everything printed has been taken: a full disk shows only here. */
static ls_status finish_standard_output(void) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return LS_STATUS_OK;
  if (errno != EPIPE) cli_complain("cannot write to standard output: %s", strerror(errno));
  return LS_STATUS_IO;
}

int cli_end(ls_context **context, const struct options *options, ls_status status, ls_text **report) {
  const char *text = report != NULL && *report != NULL ? ls_text_data(*report) : NULL;
  if (status != LS_STATUS_OK && text == NULL && ls_context_message_count(*context) == 0) {
    cli_complain("%s", ls_status_text(status));
  }
  cli_tell_messages(*context, options, options->json ? NULL : text);
  if (text != NULL) {
    size_t length = ls_text_length(*report);
    fwrite(text, 1, length, stdout);
    if (length > 0 && text[length - 1] != '\n') putchar('\n');
  }
  ls_status printed = finish_standard_output();
  if (printed != LS_STATUS_OK) status = printed;
  interrupt_watch(NULL);
  if (report != NULL) ls_text_destroy(report);
  ls_context_destroy(context);
  return ls_status_exit_code(status);
}

ls_format cli_format(const struct options *options) { return options->json ? LS_FORMAT_JSON : LS_FORMAT_TEXT; }

void cli_print_json_text(const char *text) { print_json_text(stdout, text); }

/* ---- words quoted for a shell --------------------------------------------------------------------------------------- */

static bool is_plain_word(const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+@%";
  return *word != 0 && strspn(word, plain) == strlen(word);
}

static char *append_word(char *end, const char *word) {
  if (is_plain_word(word)) return stpcpy(end, word);
  *end++ = '\'';
  for (; *word != 0; word++) end = *word == '\'' ? stpcpy(end, "'\\''") : (*end = *word, end + 1);
  *end++ = '\'';
  return end;
}

char *cli_quote_words(const char *command, int count, char *const *words) {
  size_t room = sizeof "loopstress " + strlen(command);
  for (int k = 0; k < count; k++) room += 4 * strlen(words[k]) + 3;
  char *line = malloc(room);
  if (line == NULL) return NULL;
  char *end = stpcpy(stpcpy(line, "loopstress "), command);
  for (int k = 0; k < count; k++) {
    *end++ = ' ';
    end = append_word(end, words[k]);
  }
  *end = 0;
  return line;
}
