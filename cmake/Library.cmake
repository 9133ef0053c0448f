# libloopstress: every host file but the command line, compiled once, put into a shared library (public symbols only) and
# a static one (for the program and for tests, which see internal symbols too).
file(GLOB LS_HOST_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/*/*.c)
list(FILTER LS_HOST_SOURCES EXCLUDE REGEX "/host/cli/")
set(LS_TILE_SOURCES ${PROJECT_SOURCE_DIR}/host/engine/tile_cpu.c ${PROJECT_SOURCE_DIR}/host/engine/loop_causes_tile.c
    ${PROJECT_SOURCE_DIR}/host/bench/bench_lanes.c ${PROJECT_SOURCE_DIR}/host/aggregate/exact_sums_isa.c)
list(REMOVE_ITEM LS_HOST_SOURCES ${LS_TILE_SOURCES})

add_library(ls_internal INTERFACE)
target_include_directories(ls_internal INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/kernels ${PROJECT_SOURCE_DIR}/host)
target_link_libraries(ls_internal INTERFACE ls_flags ls_dependencies)
target_compile_definitions(ls_internal INTERFACE LS_VERSION_STRING="${PROJECT_VERSION}")
if(LS_WITH_CUDA)
  target_compile_definitions(ls_internal INTERFACE LS_WITH_CUDA=1)
endif()

set(LS_OBJECTS)
function(ls_add_objects name)
  add_library(${name} OBJECT ${ARGN})
  target_link_libraries(${name} PRIVATE ls_internal)
  target_compile_definitions(${name} PRIVATE LS_BUILDING_LIBRARY)
  set(LS_OBJECTS ${LS_OBJECTS} $<TARGET_OBJECTS:${name}> PARENT_SCOPE)
endfunction()

ls_add_objects(ls_host ${LS_HOST_SOURCES})
target_link_libraries(ls_host PRIVATE ls_dependencies)
add_dependencies(ls_host ls_build_info)
target_include_directories(ls_host PRIVATE ${PROJECT_BINARY_DIR}/generated)
embed_file(ls_host ${LS_D3} embedded_d3)
file(GLOB LS_PAGE_FILES CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/host/report/*.html ${PROJECT_SOURCE_DIR}/host/report/*.css ${PROJECT_SOURCE_DIR}/host/report/*.js)
foreach(file IN LISTS LS_PAGE_FILES)
  get_filename_component(name ${file} NAME)
  string(MAKE_C_IDENTIFIER ${name} name)
  embed_file(ls_host ${file} embedded_${name})
endforeach()

# The tile engine on the CPU, once for each instruction set; the fitting one is chosen when the program runs.
function(ls_add_tile isa)
  ls_add_objects(ls_tile_${isa} ${LS_TILE_SOURCES})
  target_compile_options(ls_tile_${isa} PRIVATE ${ARGN})
  if(LS_FAST)
    target_compile_options(ls_tile_${isa} PRIVATE -O3)
  endif()
  target_compile_definitions(ls_tile_${isa} PRIVATE LS_ISA=${isa})
  set(LS_OBJECTS ${LS_OBJECTS} PARENT_SCOPE)
endfunction()
ls_add_tile(baseline)
ls_add_tile(avx2 -mavx2 -mfma)
ls_add_tile(avx512 -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma -mprefer-vector-width=512)

if(LS_WITH_CUDA)
  ls_add_objects(ls_cuda ${LS_CUDA_SOURCES})
  target_compile_options(ls_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-fmad=false;-Xptxas=-v;-Xcompiler=-fPIC,-Wall>)
  if(LS_WERROR)
    target_compile_options(ls_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
  endif()
  set_target_properties(ls_cuda PROPERTIES
    CUDA_STANDARD 17 CUDA_VISIBILITY_PRESET hidden CUDA_RUNTIME_LIBRARY Static
    CUDA_COMPILER_LAUNCHER "${PROJECT_SOURCE_DIR}/cmake/keep_output.sh")  # what ptxas says stays beside the object
  target_link_libraries(ls_dependencies INTERFACE CUDA::cudart_static)
endif()

add_library(loopstress SHARED ${LS_OBJECTS})
target_link_libraries(loopstress PRIVATE ls_dependencies)
target_include_directories(loopstress PUBLIC
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(loopstress PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} PUBLIC_HEADER ${PROJECT_SOURCE_DIR}/include/loopstress.h)

add_library(loopstress_static STATIC ${LS_OBJECTS})
target_link_libraries(loopstress_static PUBLIC ls_dependencies)
target_include_directories(loopstress_static PUBLIC ${PROJECT_SOURCE_DIR}/include)

set(LS_LINKER_LANGUAGE C)
if(LS_WITH_CUDA)
  set(LS_LINKER_LANGUAGE CUDA)
endif()
# The files behind LS_OBJECTS give no language to a library that has no source of its own.
foreach(library loopstress loopstress_static)
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE ${LS_LINKER_LANGUAGE})
endforeach()
