# One program per tests/unit/test_*.c and tests/spec/test_*.c; scripts of tests/cli, tests/data and tests/python drive what was built.
# A test exits 77 when all that it has was skipped.
find_path(LS_GREATEST greatest.h)
set(LS_HARNESS ${PROJECT_SOURCE_DIR}/tests/harness)
if(LS_GREATEST AND NOT LS_OWN_HARNESS)
  set(LS_HARNESS ${LS_GREATEST})
endif()

# Files beside the tests that are no tests of their own are shared by all of them.
file(GLOB LS_TEST_HELPERS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*.c ${PROJECT_SOURCE_DIR}/tests/spec/*.c
     ${PROJECT_SOURCE_DIR}/tests/unit/*.c)
set(LS_TEST_SOURCES ${LS_TEST_HELPERS})
list(FILTER LS_TEST_HELPERS EXCLUDE REGEX "/test_[^/]*$")
list(FILTER LS_TEST_SOURCES INCLUDE REGEX "/(unit|spec)/test_[^/]*$")

add_library(ls_test INTERFACE)
target_include_directories(ls_test INTERFACE ${LS_HARNESS} ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(ls_test INTERFACE ls_internal)
target_compile_definitions(ls_test INTERFACE
  LS_SOURCE_DIR="${PROJECT_SOURCE_DIR}" LS_PROGRAM="${PROJECT_BINARY_DIR}/loopstress")
if(LS_MPFR AND LS_GMP)
  target_link_libraries(ls_test INTERFACE ${LS_MPFR} ${LS_GMP})
  target_compile_definitions(ls_test INTERFACE LS_WITH_MPFR=1)
endif()

# What a test machine lacks and the program opens by itself.
add_library(ls_stand_in_nvml MODULE ${PROJECT_SOURCE_DIR}/tests/stand-ins/nvml.c)
set_target_properties(ls_stand_in_nvml PROPERTIES C_VISIBILITY_PRESET default)
target_compile_definitions(ls_test INTERFACE LS_STAND_IN_NVML="$<TARGET_FILE:ls_stand_in_nvml>")

include(DocumentedModel)
documented_model(${PROJECT_BINARY_DIR}/documented)
target_include_directories(ls_test INTERFACE ${PROJECT_BINARY_DIR}/documented)

if(LS_TEST_HELPERS)
  add_library(ls_test_helpers STATIC ${LS_TEST_HELPERS})
  target_link_libraries(ls_test_helpers PUBLIC ls_test)
  target_link_libraries(ls_test INTERFACE $<LINK_ONLY:ls_test_helpers>)
endif()

# These hold the engine's arithmetic themselves, and are not to be fast.
foreach(name draw gpu_group gpu_thread math)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/unit/test_${name}.c PROPERTIES COMPILE_DEFINITIONS LS_OUT_OF_LINE)
endforeach()

foreach(source IN LISTS LS_TEST_SOURCES)
  get_filename_component(name ${source} NAME_WE)
  if(source MATCHES "/spec/")
    string(REPLACE "test_" "spec_" name ${name})
  endif()
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ls_test ls_test_helpers loopstress_static)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests LINKER_LANGUAGE ${LS_LINKER_LANGUAGE})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()

function(ls_add_script source folder)
  get_filename_component(name ${source} NAME_WE)
  if(source MATCHES "\\.py$")
    set(runner /usr/bin/python3)
  else()
    set(runner sh)
  endif()
  add_test(NAME ${folder}_${name} COMMAND ${runner} ${source} ${PROJECT_BINARY_DIR}/loopstress ${PROJECT_BINARY_DIR})
  set_tests_properties(${folder}_${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600
    ENVIRONMENT "LS_SOURCE_DIR=${PROJECT_SOURCE_DIR};LOOPSTRESS=${PROJECT_BINARY_DIR}/loopstress;PYTHONDONTWRITEBYTECODE=1")
endfunction()
foreach(folder cli data install python)
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.sh
       ${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.py)
  foreach(script IN LISTS scripts)
    ls_add_script(${script} ${folder})
  endforeach()
endforeach()
include(GpuTests)  # tests/gpu
