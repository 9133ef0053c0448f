# The command line, on the public header alone; linked with the static library so that build/loopstress stands by itself.
file(GLOB LS_CLI_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/cli/*.c)
if(LS_CLI_SOURCES)
  add_executable(loopstress_program ${LS_CLI_SOURCES})
  target_link_libraries(loopstress_program PRIVATE ls_flags loopstress_static)
  if(LS_WITH_MPI)
    target_link_libraries(loopstress_program PRIVATE PkgConfig::MPI)
    target_compile_definitions(loopstress_program PRIVATE LS_WITH_MPI=1)
  endif()
  set_target_properties(loopstress_program PROPERTIES
    OUTPUT_NAME loopstress RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR} LINKER_LANGUAGE ${LS_LINKER_LANGUAGE})

  # Its manual and completions, which it makes itself: not where it cannot run here, nor under sanitizers, which some kernels refuse.
  if(NOT CMAKE_CROSSCOMPILING AND NOT LS_SANITIZE)
    set(LS_PAGES ${PROJECT_BINARY_DIR}/share)
    add_custom_command(OUTPUT ${LS_PAGES}.written
      COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:loopstress_program> -DFOLDER=${LS_PAGES}
              -P ${PROJECT_SOURCE_DIR}/cmake/write_pages.cmake
      COMMAND ${CMAKE_COMMAND} -E touch ${LS_PAGES}.written
      DEPENDS loopstress_program ${PROJECT_SOURCE_DIR}/cmake/write_pages.cmake VERBATIM)
    add_custom_target(loopstress_pages ALL DEPENDS ${LS_PAGES}.written)
  endif()
endif()
