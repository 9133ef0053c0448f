/* output.h - where the program speaks: results on standard output, everything else on standard error. */
#ifndef LS_HOST_CLI_OUTPUT_H
#define LS_HOST_CLI_OUTPUT_H

#include "loopstress.h"
#include "options.h"

#define CLI_PRINTF(text_at, first_at) __attribute__((format(printf, text_at, first_at)))

/* From now on all of standard error is JSON, one object a line: {"error": "..."}, {"warning": "..."}, {"note": "..."}. */
void cli_speak_json(void);
bool cli_speaks_json(void);

/* "error: ..." on standard error. */
void cli_complain(const char *format, ...) CLI_PRINTF(1, 2);
/* A line for people on standard error, unless --quiet. */
void cli_note(const struct options *options, const char *format, ...) CLI_PRINTF(2, 3);
int cli_out_of_memory(void);

/* A context that signals can stop; NULL (told) without memory. */
ls_context *cli_begin(void);

/* Tells the context's warnings and errors on standard error and forgets them. A message that `told` (may be NULL) already
 * contains, for people, is not repeated. */
void cli_tell_messages(ls_context *context, const struct options *options, const char *told);

/* Prints a report (may be NULL) to standard output, tells messages, destroys context and report, and gives the exit code
 * of the status (74 where standard output takes no more). */
int cli_end(ls_context **context, const struct options *options, ls_status status, ls_text **report);

/* JSON or text, as --json says. */
ls_format cli_format(const struct options *options);

/* A JSON string, with its quotes, on standard output. */
void cli_print_json_text(const char *text);

/* The words as one line that a shell takes apart into the same words: "loopstress NAME ...". Fresh memory. */
char *cli_quote_words(const char *command, int count, char *const *words);

/* True where colour and a moving line are welcome on standard error. */
bool cli_is_lively(void);

#endif
