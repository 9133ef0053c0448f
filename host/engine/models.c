/* models.c - the models of models.def, by name. */
#include "model.h"

#include <stdbool.h>
#include <stddef.h>

#include "core/context.h"
#include "phases/view.h"

#define LS_STATIC_MODEL(name)
#define LS_TIME_MODEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL

#define LS_STATIC_MODEL(name) &name##_info,
#define LS_TIME_MODEL(name) &name##_info,
const struct ls_model_info *const LS_MODELS[] = {
#include "models.def"
};

const int LS_MODEL_TOTAL = sizeof LS_MODELS / sizeof LS_MODELS[0];
