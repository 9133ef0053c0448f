# Run by the build: FOLDER gets what PROGRAM tells of itself, pages of the manual and completions, under the names that they are
# installed by. Which pages there are stands in the program's own, which refers to all others.
function(keep name)
  execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${FOLDER}/${name} "${text}")
endfunction()

file(REMOVE_RECURSE ${FOLDER})
keep(man/man1/loopstress.1 manual)
file(READ ${FOLDER}/man/man1/loopstress.1 page)
string(REGEX MATCHALL "\\.BR loopstress\\\\-[a-z]+ " references "${page}")
foreach(reference IN LISTS references)
  string(REGEX REPLACE ".*-([a-z]+) " "\\1" command "${reference}")
  keep(man/man1/loopstress-${command}.1 manual ${command})
endforeach()
keep(bash-completion/completions/loopstress completion bash)
keep(zsh/site-functions/_loopstress completion zsh)
keep(fish/vendor_completions.d/loopstress.fish completion fish)
