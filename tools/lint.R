# Lint the R package with the rules in .lintr; any finding fails.

# What is as it was last time is not looked at again.
found <- lintr::lint_package(cache = file.path(".setup", "lintr"))
print(found)
cat(sprintf("lintr: %d findings\n", length(found)))
quit(status = as.integer(length(found) > 0))
