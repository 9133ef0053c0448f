/* status.c - names, exit codes and texts of the statuses, all from the one list in the public header. */
#include "loopstress.h"

static const struct {
  int exit_code;
  const char *text;
} STATUS[] = {
#define STATUS_ROW(name, number, exit_code, text) [number] = {exit_code, text},
    LS_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

enum { STATUS_TOTAL = sizeof STATUS / sizeof STATUS[0] };

static bool is_known(ls_status status) { return (int)status >= 0 && (int)status < (int)STATUS_TOTAL; }

const char *ls_status_text(ls_status status) { return is_known(status) ? STATUS[status].text : "unknown status"; }

int ls_status_exit_code(ls_status status) { return STATUS[is_known(status) ? status : LS_STATUS_INTERNAL].exit_code; }
