/* analyzer.h - tells gcc's analyzer, before a file is read, which functions of host/core/context.h hand out memory and take it back: it then sees
 * memory that is used without a look whether it is there, after it was given back, and that is given back twice. */
#ifndef LS_CI_ANALYZER_H
#define LS_CI_ANALYZER_H

#include <stddef.h>

struct ls_context;
void context_release(struct ls_context *context, void *memory);
__attribute__((malloc(context_release, 2))) void *context_allocate(struct ls_context *context, size_t count,
                                                                   size_t size);

#endif
