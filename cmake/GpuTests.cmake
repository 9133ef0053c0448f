# Tests of the backends against each other, and test programs that find their files from any folder (tools/bundle).
file(GLOB LS_GPU_TEST_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/gpu/test_*.c)
foreach(source IN LISTS LS_GPU_TEST_SOURCES)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ls_test ls_test_helpers loopstress_static)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests LINKER_LANGUAGE ${LS_LINKER_LANGUAGE})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()

# Run from the folder that holds datasets/ and the program, wherever that is.
option(LS_RELOCATABLE_TESTS "Test programs look for their files in the current folder" OFF)
if(LS_RELOCATABLE_TESTS)
  get_target_property(definitions ls_test INTERFACE_COMPILE_DEFINITIONS)
  list(FILTER definitions EXCLUDE REGEX "^LS_(SOURCE_DIR|PROGRAM)=")
  set_target_properties(ls_test PROPERTIES INTERFACE_COMPILE_DEFINITIONS
    "${definitions};LS_SOURCE_DIR=\".\";LS_PROGRAM=\"./loopstress\"")
endif()

# Library and program by a name of their own: Ninja takes "loopstress" for the program's file alone.
add_custom_target(library_and_program)
add_dependencies(library_and_program loopstress loopstress_program)
