# Lint the R package with the rules in .lintr; any finding fails.

found <- lintr::lint_package()
print(found)
cat(sprintf("lintr: %d findings\n", length(found)))
quit(status = as.integer(length(found) > 0))
