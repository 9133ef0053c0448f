# Run by the build: which commit this is, and whether files were changed since. A source archive without history has none.
set(commit "")
set(changed false)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET)
  execute_process(COMMAND ${GIT} -C ${SOURCE} status --porcelain --untracked-files=no OUTPUT_VARIABLE status ERROR_QUIET)
  if(NOT status STREQUAL "")
    set(changed true)
  endif()
endif()
string(STRIP "${FLAGS}" flags)
string(REPLACE "\"" "\\\"" flags "${flags}")
set(text "/* Written by the build; see cmake/BuildInfo.cmake. */
#define LS_BUILD_COMMIT \"${commit}\"
#define LS_BUILD_CHANGED ${changed}
#define LS_BUILD_TYPE \"${TYPE}\"
#define LS_BUILD_FLAGS \"${flags}\"
#define LS_BUILD_CUDA \"${CUDA}\"
")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${OUTPUT} "${text}")
endif()
