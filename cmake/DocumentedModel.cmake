# The worked example of docs/adding-a-model.md as a header, so that a test compiles and runs what the page shows:
# documented_model(folder) writes folder/models/<name>.h from the page's ```c block.
function(documented_model folder)
  set(page ${PROJECT_SOURCE_DIR}/docs/adding-a-model.md)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
  file(READ ${page} text)
  string(FIND "${text}" "```c\n" begin)
  math(EXPR begin "${begin} + 5")
  string(SUBSTRING "${text}" ${begin} -1 text)
  string(FIND "${text}" "\n```\n" length)
  math(EXPR length "${length} + 1")
  string(SUBSTRING "${text}" 0 ${length} text)
  file(CONFIGURE OUTPUT ${folder}/models/default_cascade.h CONTENT "${text}" @ONLY)
endfunction()
