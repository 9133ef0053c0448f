# LS_COVERAGE=ON, with gcc: lines and branches are counted (tools/coverage). Nothing is inlined, so that a branch is counted once and not
# once for each place that it was copied to.
add_compile_options(--coverage -fprofile-update=atomic -fno-inline)
add_link_options(--coverage -Wl,--exclude-libs,libgcov.a)

# counters_written(LIBRARY): what is linked with the static LIBRARY writes its counters however it ends.
function(counters_written library)
  target_sources(${library} PRIVATE ${PROJECT_SOURCE_DIR}/tests/coverage/counters.c)
  target_link_options(${library} INTERFACE -Wl,--wrap=_exit,--wrap=kill,--wrap=seccomp_load)
endfunction()
